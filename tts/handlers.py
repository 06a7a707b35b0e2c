"""What a worker runs for `tts.speak`."""

from tasks.registry import Outcome, TaskContext
from tts.models import AudioRequest
from tts.services.inputs import SpeechOrder
from tts.services.rendering import outcome_of, speak_order
from tts.services.status import StatusWriter


def speak(context: TaskContext) -> Outcome:
    """Speak the text with every engine asked; files and rows appear together when the task completes."""
    order = SpeechOrder.from_input(context.input_data)
    request = AudioRequest.objects.get(task_id=context.task_id)
    status = StatusWriter(request.pk, context.attempt)

    def report(percent: float) -> None:
        status.report(percent)
        context.report_progress(percent)

    renderings = speak_order(order, request_id=request.pk, cancel=context, report=report)
    return outcome_of(order, request, renderings)

"""Models of the durable queue."""

from tasks.models.engine import Engine
from tasks.models.queue import Queue, Worker
from tasks.models.task import Task, TaskHistory
from tasks.states import TaskStatus

__all__ = ["Engine", "Queue", "Task", "TaskHistory", "TaskStatus", "Worker"]

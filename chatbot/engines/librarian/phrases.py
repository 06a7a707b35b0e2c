"""What the librarian says in its own words, in each of its languages. Placeholders are str.format's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language; every language has the same fields and the same placeholders in them."""

    hello: str
    thanks: str
    goodbye: str
    identity: str
    can: str
    commands: str
    no_model: str
    add_model: str
    direct: str
    direct_page: str
    guide: str
    the_guide: str
    your_memories: str
    memory: str
    near: str
    also: str
    on_page: str
    under: str
    no_page: str
    page: str
    unknown: str
    nothing: str
    looked_in: str
    nowhere: str
    vague: str
    summary: str
    own_summary: str
    extract: str
    nothing_to_summarise: str
    headings: str
    no_headings: str
    and_more: str
    usage: str
    not_installed: str
    unknown_command: str
    started: dict[str, str]
    describes: dict[str, str]
    tool_said: str
    all_said: str


ENGLISH = Phrases(
    hello="Hello. Ask me something about the files of this conversation, your memories or Roundhouse itself.",
    thanks="You are welcome.",
    goodbye="Goodbye. This conversation stays here.",
    identity=(
        "I am the librarian of this Roundhouse. I am no language model: I look for sentences in the files of this"
        " conversation, in your memories and in the guide, and quote them with their place."
    ),
    can=(
        "I can\n\n- answer a question with quotations from the files of this conversation, your memories and the guide"
        "\n- name the page on which something stands\n- summarise a file with its own sentences"
        "\n- list the headings of a file"
    ),
    commands="Commands:",
    no_model="I am no language model, so I cannot do that. I can find, quote and summarise what stands in your files.",
    add_model=(
        "An administrator can add a language model in the operations console under Engines: Ollama, or any service"
        " with an API key."
    ),
    direct="{title} says:",
    direct_page="{title} says on page {page}:",
    guide="The guide says under {title}:",
    the_guide="the guide",
    your_memories="your memories",
    memory="You noted:",
    near="I found no plain answer. These places come nearest:",
    also="Also:",
    on_page="It stands on page {page} of {title} {cited}:",
    under="It stands in {title} under “{heading}” {cited}:",
    no_page="It stands in {title} {cited}, which has no pages:",
    page="page {page}",
    unknown="Nothing that I read mentions {words}.",
    nothing="I found nothing about that.",
    looked_in="I looked in {titles}.",
    nowhere="No file of this conversation, no memory of yours and no page of the guide is about it.",
    vague="Ask with a few more words: I need something to look for.",
    summary="{title} in its own sentences:",
    own_summary="Your text in its own sentences:",
    extract="Passages that I read for this: {count}.",
    nothing_to_summarise="There is nothing to read: add a file to this conversation, or put the text behind the wish.",
    headings="Headings in {title}:",
    no_headings="{title} has no headings that I could read. Its passages begin like this:",
    and_more="and {count} more",
    usage="Write `/{command} {argument}`: {describes}",
    not_installed="`/{command}` is not installed here.",
    unknown_command="There is no command `/{command}`.",
    started={
        "say": "I have this spoken:",
        "sql": "I ask the database:",
        "image": "I have this drawn:",
        "transcribe": "I have this written down:",
    },
    describes={
        "say": "speaks the text aloud",
        "sql": "asks a database in words",
        "image": "draws a picture from a description",
        "transcribe": "writes down what is said in a sound file",
        "help": "shows what I can do",
    },
    tool_said="The tool answered:",
    all_said="That was everything.",
)

VIETNAMESE = Phrases(
    hello="Xin chào. Hãy hỏi tôi về các tệp của cuộc trò chuyện này, các ghi nhớ của bạn hoặc về chính Roundhouse.",
    thanks="Không có gì.",
    goodbye="Tạm biệt. Cuộc trò chuyện này vẫn được giữ lại.",
    identity=(
        "Tôi là thủ thư của Roundhouse này. Tôi không phải là mô hình ngôn ngữ: tôi tìm các câu trong tệp của cuộc trò"
        " chuyện, trong ghi nhớ của bạn và trong hướng dẫn, rồi trích dẫn kèm vị trí."
    ),
    can=(
        "Tôi có thể\n\n- trả lời câu hỏi bằng trích dẫn từ các tệp của cuộc trò chuyện, ghi nhớ của bạn và hướng dẫn\n"
        "- cho biết điều gì nằm ở trang nào\n- tóm tắt một tệp bằng chính các câu của nó\n"
        "- liệt kê các đề mục của một tệp"
    ),
    commands="Các lệnh:",
    no_model=(
        "Tôi không phải là mô hình ngôn ngữ nên không làm được việc đó. Tôi có thể tìm, trích dẫn và tóm tắt những gì"
        " có trong tệp của bạn."
    ),
    add_model=(
        "Quản trị viên có thể thêm một mô hình ngôn ngữ trong Bảng vận hành, mục Bộ máy: Ollama, hoặc một dịch vụ có"
        " khóa API."
    ),
    direct="{title} viết:",
    direct_page="{title} viết ở trang {page}:",
    guide="Hướng dẫn viết ở mục {title}:",
    the_guide="hướng dẫn",
    your_memories="các ghi nhớ của bạn",
    memory="Bạn đã ghi nhớ:",
    near="Tôi không tìm thấy câu trả lời rõ ràng. Những chỗ này gần nhất:",
    also="Ngoài ra:",
    on_page="Điều đó nằm ở trang {page} của {title} {cited}:",
    under="Điều đó nằm trong {title}, mục “{heading}” {cited}:",
    no_page="Điều đó nằm trong {title} {cited}, tệp này không có trang:",
    page="trang {page}",
    unknown="Không chỗ nào tôi đã đọc nhắc đến {words}.",
    nothing="Tôi không tìm thấy gì về điều đó.",
    looked_in="Tôi đã tìm trong {titles}.",
    nowhere="Không tệp nào của cuộc trò chuyện, không ghi nhớ nào của bạn và không trang hướng dẫn nào nói về điều đó.",
    vague="Hãy hỏi bằng nhiều từ hơn: tôi cần có từ để tìm.",
    summary="{title} qua chính các câu của nó:",
    own_summary="Văn bản của bạn qua chính các câu của nó:",
    extract="Số đoạn tôi đã đọc cho việc này: {count}.",
    nothing_to_summarise="Không có gì để đọc: hãy thêm tệp vào cuộc trò chuyện, hoặc viết văn bản ngay sau yêu cầu.",
    headings="Các đề mục trong {title}:",
    no_headings="{title} không có đề mục nào tôi đọc được. Các đoạn của nó bắt đầu như sau:",
    and_more="và {count} mục nữa",
    usage="Hãy viết `/{command} {argument}`: {describes}",
    not_installed="`/{command}` chưa được cài đặt ở đây.",
    unknown_command="Không có lệnh `/{command}`.",
    started={
        "say": "Tôi cho đọc đoạn này:",
        "sql": "Tôi hỏi cơ sở dữ liệu:",
        "image": "Tôi cho vẽ hình này:",
        "transcribe": "Tôi cho chép lại tệp này:",
    },
    describes={
        "say": "đọc to văn bản",
        "sql": "hỏi cơ sở dữ liệu bằng lời",
        "image": "vẽ hình từ lời mô tả",
        "transcribe": "chép lại lời nói trong tệp âm thanh",
        "help": "cho biết tôi làm được gì",
    },
    tool_said="Công cụ trả lời:",
    all_said="Đó là tất cả.",
)

BY_LANGUAGE = {"en": ENGLISH, "vi": VIETNAMESE}

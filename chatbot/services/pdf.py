"""A branch as PDF, with fpdf2 and a font that has Vietnamese letters."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from chatbot.markdown import as_html
from chatbot.models import Conversation, Message
from chatbot.selectors.branches import branch, newest_leaf
from chatbot.services.errors import InvalidConversation
from chatbot.states import MessageRole

# fpdf is imported where it is used: it brings numpy and Pillow, which a web process at rest does without.
if TYPE_CHECKING:
    from fpdf import FPDF

#: Beyond it a PDF takes minutes; Markdown and JSON have no limit.
MAX_CHARACTERS = 300_000
_FONT = "Roboto"
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
#: Common signs that the font lacks, spelt with those it has.
_SPELT = str.maketrans({"→": "->", "←": "<-", "⇒": "=>", "✓": "v", "✗": "x", "≈": "~"})
_GREY, _BLACK = (110, 110, 110), (20, 20, 20)


def export_pdf(conversation: Conversation, leaf_id: UUID | None = None) -> bytes:
    """The branch that ends at `leaf_id`, by default the newest one; raises InvalidConversation when it is too long."""
    leaf = leaf_id or newest_leaf(conversation.pk)
    messages = branch(leaf) if leaf else []
    if sum(len(message.content) for message in messages) > MAX_CHARACTERS:
        raise InvalidConversation(_("This conversation is too long for a PDF; export it as Markdown."), code="too_long")
    pdf = _document(conversation.title)
    for message in messages:
        _write(pdf, message)
    return bytes(pdf.output())


def _document(title: str) -> "FPDF":
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    files = _font_folder()
    for style, name in _STYLES.items():
        pdf.add_font(_FONT, style, files / f"Roboto-{name}.ttf")
    pdf.set_margin(20)
    pdf.set_auto_page_break(True, margin=20)
    pdf.set_title(title)
    pdf.add_page()
    pdf.set_font(_FONT, "B", 16)
    pdf.multi_cell(0, 8, _printable(pdf, title or _("Conversation")), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    return pdf


def _font_folder() -> Path:
    # Its package imports pkg_resources, which new Pythons do not have; only the files are wanted.
    spec = find_spec("font_roboto")
    if spec is None or spec.origin is None:
        raise InvalidConversation(_("The font for PDF is not installed."), code="font_missing")
    return Path(spec.origin).parent / "files"


def _write(pdf: "FPDF", message: Message) -> None:
    from fpdf.fonts import FontFace, TextStyle

    who = _("You") if message.role == MessageRole.USER else message.engine_name or _("Assistant")
    state = "" if message.status == "completed" else f" ({message.get_status_display()})"
    pdf.ln(4)
    pdf.set_font(_FONT, "B", 9)
    pdf.set_text_color(*_GREY)
    pdf.cell(
        0, 5, _printable(pdf, f"{who}{state} · {message.created_at:%Y-%m-%d %H:%M}"), new_x="LMARGIN", new_y="NEXT"
    )
    pdf.set_text_color(*_BLACK)
    pdf.set_font(_FONT, "", 10.5)
    code = FontFace(family=_FONT)
    heading = TextStyle(font_family=_FONT, font_style="B", font_size_pt=12, color=_BLACK, t_margin=3, b_margin=1)
    styles = {"code": code, "pre": TextStyle(font_family=_FONT, font_size_pt=9, t_margin=2)}
    styles["blockquote"] = TextStyle(font_family=_FONT, font_style="I", color=_GREY, l_margin=4, t_margin=1)
    styles |= {f"h{level}": heading for level in range(1, 7)}
    pdf.write_html(_printable(pdf, as_html(message.content)), tag_styles=styles)
    for source in message.sources:
        pdf.set_font(_FONT, "I", 8.5)
        page = f", {_('page')} {source['page']}" if source.get("page") else ""
        line = f"[{source.get('number')}] {source.get('title', '')}{page}"
        pdf.multi_cell(0, 4.5, _printable(pdf, line), new_x="LMARGIN", new_y="NEXT")


def _printable(pdf: "FPDF", text: str) -> str:
    """Letters that the font lacks become its replacement character: a text never loses a sign without a trace."""
    from fpdf.fonts import TTFFont

    font = pdf.fonts[_FONT.lower()]
    known = font.cmap if isinstance(font, TTFFont) else {}
    text = text.translate(_SPELT)
    return "".join(letter if ord(letter) in known or letter in "\n\t" else "\ufffd" for letter in text)

"""Base64 is lifted out of JSON and put back, byte for byte; nothing else is touched."""

import base64
import json

import pytest

from chatbot.gateway.lifting import MIN_LIFTED_BYTES, describe, is_mark, lift, put_back, without_bytes

DATA = base64.b64encode(bytes(range(256)) * 32)
URL = b"data:image/png;base64," + DATA


@pytest.mark.parametrize(
    "raw",
    [
        b'{"url": "%s"}' % URL,
        b'{"url":"%s", "again":"%s"}' % (URL, URL),
        b'{"data" : "%s", "format": "wav"}' % DATA,
        b'{"url": "data:;base64,%s"}' % DATA,
        b'"data:text/plain;charset=utf-8;base64,%s"' % DATA,
    ],
    ids=["url", "twice", "audio", "no type", "parameters"],
)
def test_base64_is_lifted_and_put_back(raw: bytes) -> None:
    document, lifted = lift(raw)
    assert [*lifted.values()] == [DATA]
    assert (len(document) < 400, DATA in document, put_back(document, lifted)) == (True, False, raw)
    assert is_mark(str(json.loads(document)))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b'"data:image/png;base64,',
        b'"data:image/png;base64,"',
        b'"data:image/png;base64,%s"' % DATA[: MIN_LIFTED_BYTES - 1],
        b'"data:image/png;base64,%s!"' % DATA,
        b'"data:image/png;base64,%s\xc3\xa9"' % DATA,
        b'"data:image/png;base64,%s\n"' % DATA,
        b'"data:image/png;base64,%s' % DATA,
        b'{"text": "a \\"data:image/png;base64,%s\\" b"}' % DATA,
        b'{"text": "a \\"data:image/png;base64,%s"}' % DATA,
        b'{"data": ["%s"]}' % DATA,
        b'"data:image/png,%s"' % DATA,
        b'{"url": "%s"}' % (b"http://x/" + DATA),
    ],
    ids=[
        "empty", "cut", "no data", "short", "other letter", "not ascii", "line", "no end", "quoted", "quoted start",
        "list", "no base64", "address",
    ],
)  # fmt: skip
def test_what_is_no_base64_of_its_own_stays(raw: bytes) -> None:
    assert lift(raw) == (raw, {})


def test_what_follows_a_string_that_stays_is_still_lifted() -> None:
    raw = b'["data:image/png;base64,?", "%s"]' % URL
    document, lifted = lift(raw)
    assert (len(lifted), put_back(document, lifted)) == (1, raw)


def test_mark_that_a_caller_writes_is_a_text_like_any_other() -> None:
    [mark] = lift(b'"%s"' % URL)[1]
    forged = mark.replace(mark[-64:], b"0" * 64)
    raw = b'["%s", "%s", "%s"]' % (URL, forged, forged)
    document, lifted = lift(raw)
    assert put_back(document, lifted) == raw


def test_same_content_has_the_same_mark_and_others_have_others() -> None:
    one, two = lift(b'["%s"]' % URL)[0], lift(b'["%s"]' % URL.replace(b"AAEC", b"AAED", 1))[0]
    assert (lift(b'["%s"]' % URL)[0] == one, one == two) == (True, False)


def test_audit_reads_type_and_size() -> None:
    lifted = lift(b"%s" % URL.join([b'"', b'"']))[0].decode().strip('"')
    assert without_bytes(lifted) == without_bytes(URL.decode()) == "[image/png, 8192 bytes]"
    assert without_bytes("a data:;base64,QUJD b") == "a [application/octet-stream, 3 bytes] b"
    assert (without_bytes("data: x"), describe("audio/wav", "QQ==")) == ("data: x", "[audio/wav, 1 bytes]")

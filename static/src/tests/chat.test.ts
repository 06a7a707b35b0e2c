import { describe, expect, test } from "vitest";
import { problemOf } from "../chat/api";
import { needsWhole, settledLength } from "../chat/blocks";
import { Drafts } from "../chat/drafts";
import { parseChatFrame, ReplyStream, type StreamFrame } from "../chat/frames";
import { useFormulas } from "../chat/math";
import { joint, lastEditable, placed, placeOf, questionOf } from "../chat/path";
import { openLinks, type ShareLink } from "../chat/share";
import { subjectOf } from "../chat/tools";
import { citations } from "../chat/markdown";
import { inflatedAll, sourceNumbers, type Message, type PageMessage } from "../chat/types";
import MarkdownIt from "markdown-it";

const inflated = (given: PageMessage, content = ""): Message => inflatedAll([given], [content], "c")[0] as Message;
const message = (id: string, parent: string | null = null, more: Partial<Message> = {}): Message => ({
  ...inflated({ id, role: "user" }, id), parent_message_id: parent, ...more,
});
const chain = (...ids: string[]): Message[] => ids.map((id, index) => message(id, ids[index - 1] ?? null));
const ids = (messages: readonly Message[]): string => messages.map((each) => each.id).join("");

const delta = (seq: number, text: string): StreamFrame => ({ type: "delta", message_id: "m", seq, text });
const state = (seq: number): StreamFrame => ({
  type: "state", message_id: "m", seq, status: "completed", usage: {}, error_code: "", error_message: "",
});
const snapshot = (seq: number, text: string): StreamFrame => ({ type: "snapshot", message_id: "m", seq, text, status: "streaming" });
const tool = (seq: number, call_id: string, status: string): StreamFrame => ({
  type: "tool", message_id: "m", seq, call_id, name: "say", arguments: "{}", task_id: "t", status,
});

describe("chat frames", () => {
  test("streamed frames, refusals and changes are read", () => {
    for (const frame of [delta(1, "a"), state(2), snapshot(3, "b"), tool(4, "x", "started")]) {
      expect(parseChatFrame(JSON.stringify(frame))).toEqual(frame);
    }
    const change = { type: "chat.changed", conversation_id: "c", message_id: "", reply_id: "r" };
    expect(parseChatFrame(JSON.stringify(change))).toEqual(change);
    expect(parseChatFrame('{"type":"error","message_id":"m","code":"x","message":"y"}')).toMatchObject({ code: "x" });
  });
  test.each(["", "{", "null", "[]", '{"type":"delta"}', '{"type":"delta","message_id":"m"}', '{"type":"news","message_id":"m","seq":1}', '{"type":"chat.changed"}'])(
    "%s is ignored",
    (data) => expect(parseChatFrame(data)).toBeNull(),
  );
});

describe("a reply's stream", () => {
  test("deltas in order make the text, and each counts once", () => {
    const stream = new ReplyStream("m");
    expect([delta(1, "Hel"), delta(2, "lo"), delta(2, "lo"), delta(1, "Hel")].map((frame) => stream.apply(frame))).toEqual(["text", "text", "none", "none"]);
    expect([stream.text, stream.seq]).toEqual(["Hello", 2]);
  });
  test("a gap changes nothing, and a snapshot mends it", () => {
    const stream = new ReplyStream("m", "a", 1);
    expect([stream.apply(delta(4, "d")), stream.text, stream.seq]).toEqual(["gap", "a", 1]);
    expect([stream.apply(snapshot(3, "abc")), stream.apply(delta(4, "d")), stream.text]).toEqual(["text", "text", "abcd"]);
  });
  test("an older snapshot does not take text away", () => {
    const stream = new ReplyStream("m", "abc", 3);
    expect([stream.apply(snapshot(2, "ab")), stream.text]).toEqual(["none", "abc"]);
  });
  test("the end counts with the last number or any later one, and nothing follows it", () => {
    for (const seq of [1, 2, 9]) {
      const stream = new ReplyStream("m", "a", 1);
      expect([stream.apply(state(seq)), stream.status, stream.apply(delta(seq + 1, "b")), stream.text]).toEqual(["ended", "completed", "none", "a"]);
    }
  });
  test("a tool's later state replaces the earlier one", () => {
    const stream = new ReplyStream("m");
    stream.apply(tool(1, "x", "started"));
    stream.apply(tool(2, "y", "started"));
    expect(stream.apply(tool(3, "x", "refused"))).toBe("tool");
    expect(stream.tools.map((each) => [each.call_id, each.status])).toEqual([["y", "started"], ["x", "refused"]]);
  });
});

describe("the shown branch", () => {
  test("a new message stands behind its parent, and a version takes the place of the old one with all below", () => {
    const shown = chain("a", "b", "c");
    expect(ids(placed(shown, message("d", "c")))).toBe("abcd");
    expect(ids(placed(shown, message("x", "a")))).toBe("ax");
    expect(ids(placed(shown, message("y", null)))).toBe("y");
  });
  test("a known message is replaced where it stands", () => {
    const shown = placed(chain("a", "b", "c"), message("b", "a", { content: "new" }));
    expect([ids(shown), shown[1]?.content]).toEqual(["abc", "new"]);
  });
  test("a fetched branch joins at a common message or behind its parent, or not at all", () => {
    expect(joint(chain("a", "b", "c"), chain("b", "x"))).toEqual({ start: 1, kept: 1 });
    expect(joint(chain("a", "b"), [message("x", "b")])).toEqual({ start: 2, kept: 0 });
    expect([joint(chain("a", "b"), chain("q")), joint(chain("a"), [])]).toEqual([null, null]);
  });
  test("the place among versions names its neighbours", () => {
    const second = message("b", "a", { versions: ["a", "b", "c"] });
    expect(placeOf(second)).toEqual({ number: 2, count: 3, previous: "a", next: "c" });
    expect(placeOf(message("a"))).toEqual({ number: 1, count: 1, previous: undefined, next: undefined });
  });
  test("the last question that may be edited, and the question above an answer", () => {
    const answer = message("b", "a", { role: "assistant", abilities: { ...message("b").abilities, edit: false } });
    expect([lastEditable([message("a"), answer])?.id, questionOf([message("a"), answer], answer)?.id]).toEqual(["a", "a"]);
    expect([lastEditable([answer]), questionOf([answer], answer)]).toEqual([undefined, undefined]);
  });
});

describe("shared links", () => {
  const link = (id: string, more: Partial<ShareLink> = {}): ShareLink => ({
    id, conversation_id: "c", created_at: "2026-01-01T00:00:00Z", expires_at: "2026-02-01T00:00:00Z", revoked_at: null, last_opened_at: null, ...more,
  });
  test("those of other conversations, revoked ones and ended ones are left out", () => {
    const links = [link("a"), link("b", { conversation_id: "d" }), link("e", { revoked_at: "2026-01-02T00:00:00Z" }), link("f", { expires_at: "2026-01-05T00:00:00Z" })];
    expect(openLinks(links, "c", new Date("2026-01-05T00:00:00Z")).map((each) => each.id)).toEqual(["a"]);
  });
});

describe("what the page was rendered with", () => {
  test("what is left out is empty or usual for the role", () => {
    const whole = inflated({ id: "m", role: "assistant" }, "Hi");
    expect(whole).toMatchObject({ content: "Hi", status: "completed", versions: ["m"], parent_message_id: null, sources: [], last_seq: 0 });
    expect(whole.abilities).toEqual({ stop: false, continue: false, regenerate: true, edit: false, fork: true });
    expect(inflated({ id: "m", role: "assistant", abilities: ["stop"] }).abilities).toMatchObject({ stop: true, fork: false });
  });
  test("the parent is the message before unless another one is named", () => {
    const given: PageMessage[] = [{ id: "b", role: "user", parent: "a" }, { id: "c", role: "assistant" }];
    expect(inflatedAll(given, ["x", "y"], "c").map((each) => [each.parent_message_id, each.content])).toEqual([["a", "x"], ["b", "y"]]);
  });
  test("a citation is linked where there is such a source", () => {
    expect(citations("a [1] b [5], not [2] or [0]", [1, 5])).toEqual(["a ", 1, " b ", 5, ", not [2] or [0]"]);
  });
  test("sources count before their texts are there", () => {
    expect(sourceNumbers(inflated({ id: "m", role: "assistant", source_numbers: [1, 4] }))).toEqual([1, 4]);
  });
});

const md = new MarkdownIt({ html: false });
useFormulas(md);
const settled = (source: string): string => source.slice(0, settledLength(source, md.parse(source, {})));

describe("blocks of growing Markdown", () => {
  test("all but the last block are settled", () => {
    expect(settled("One.\n\nTwo.\n\nThr")).toBe("One.\n\nTwo.\n\n");
    expect(settled("One block\nof two lines")).toBe("");
  });
  test("an open fence, a list and a table are one block until something else begins", () => {
    expect(settled("```py\na\n\nb\n")).toBe("");
    expect(settled("- a\n\n- b\n")).toBe("");
    expect(settled("|a|b|\n|-|-|\n|1|2|\n")).toBe("");
    expect(settled("```py\na\n```\nnext")).toBe("```py\na\n```\n");
  });
  test("settled blocks rendered alone are what the whole gives", () => {
    const source = "# T\n\n1. a\n2. b\n\n> q\n\n```\nx\n```\n\n|a|\n|-|\n|1|\n\nend $x$";
    let done = 0;
    let html = "";
    for (let length = 1; length <= source.length; length += 1) {
      const open = source.slice(done, length);
      const closed = settledLength(open, md.parse(open, {}));
      html += md.render(open.slice(0, closed));
      done += closed;
    }
    expect(html + md.render(source.slice(done))).toBe(md.render(source));
  });
  test("link definitions need the whole", () => {
    expect([needsWhole("See [a].\n\n[a]: /x"), needsWhole("See [a].")]).toEqual([true, false]);
  });
});

describe("formulas", () => {
  const formulas = (source: string): string[] => [...md.render(source).matchAll(/class="formula"( data-display="true")?>([^<]*)</g)].map((found) => (found[1] ? "D:" : "I:") + (found[2] ?? ""));
  test.each([
    ["$a+b$", ["I:a+b"]],
    ["\\(a\\) and \\[b\\]", ["I:a", "D:b"]],
    ["$$\na\n= b\n$$", ["D:a\n= b"]],
    ["\\[\n- x\n\\]", ["D:- x"]],
    ["$a_1$ and $b_1$", ["I:a_1", "I:b_1"]],
    ["$a < b$", ["I:a &lt; b"]],
  ])("%j holds %j", (source, found) => expect(formulas(source)).toEqual(found));
  test.each(["from $5 to $10", "$ 5 $", "a \\$b\\$ c", "`$a$`", "$$ open", "cost: $5"])("%j holds none", (source) => {
    expect(formulas(source)).toEqual([]);
  });
});

describe("refusals", () => {
  test("messages of fields come before the detail, the detail before the title", () => {
    const body = { title: "T", detail: "D", code: "x", errors: { content: ["The message is empty."] } };
    expect(problemOf(400, JSON.stringify(body))).toMatchObject({ status: 400, code: "x", message: "The message is empty." });
    expect(problemOf(400, JSON.stringify({ ...body, errors: {} })).message).toBe("D");
    expect(problemOf(400, JSON.stringify({ title: "T" })).message).toBe("T");
  });
});

describe("drafts", () => {
  const memory = (): [Map<string, string>, Drafts] => {
    const map = new Map<string, string>();
    const store = { getItem: (key: string) => map.get(key) ?? null, setItem: (key: string, value: string) => void map.set(key, value), removeItem: (key: string) => void map.delete(key) };
    return [map, new Drafts("me", store)];
  };
  test("are kept per conversation and go when they are empty", () => {
    const [map, drafts] = memory();
    drafts.write(null, "new one");
    drafts.write("c", "other");
    expect([drafts.read(null), drafts.read("c"), drafts.read("d")]).toEqual(["new one", "other", ""]);
    drafts.write("c", "");
    drafts.forget(null);
    expect(map.size).toBe(0);
  });
  test("belong to one person", () => {
    const [map, drafts] = memory();
    drafts.write(null, "mine");
    expect([...map.keys()]).toEqual(["chat-draft:me:new"]);
  });
  test("a browser without a store forgets them", () => {
    const drafts = new Drafts("me", null);
    drafts.write("c", "gone");
    expect(drafts.read("c")).toBe("");
  });
});

describe("tool calls", () => {
  test("the texts among the arguments say what it is about", () => {
    expect([subjectOf('{"text": "Hello", "speed": 2}'), subjectOf("{"), subjectOf("null")]).toEqual(["Hello", "", ""]);
  });
});

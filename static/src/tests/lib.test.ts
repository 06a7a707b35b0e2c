import { describe, expect, test } from "vitest";
import { clock, duration, relative } from "../lib/format";
import { ActiveTasks, parseFrame, percent, type TaskState } from "../lib/frames";
import { score } from "../lib/fuzzy";
import { peaks } from "../lib/peaks";
import { reconnectDelay } from "../lib/reconnect";
import { cutText, wordAt, type Word } from "../lib/words";

const state = (task_id: string, status: string): TaskState => ({
  type: "task.state", task_id, task_type: "tts.synthesize", project_id: null, status, attempt: 1, progress: null, error_code: null, at: "",
});

describe("reconnect delay", () => {
  test("doubles from half a second and keeps at least half of it", () => {
    expect([0, 1, 2, 3].map((attempt) => reconnectDelay(attempt, () => 1))).toEqual([500, 1000, 2000, 4000]);
    expect(reconnectDelay(3, () => 0)).toBe(2000);
  });
  test("never passes thirty seconds", () => {
    expect(reconnectDelay(500, () => 1)).toBe(30_000);
  });
});

describe("frames", () => {
  test("a state and a progress frame are read", () => {
    expect(parseFrame(JSON.stringify(state("a", "failed")))).toEqual(state("a", "failed"));
    const progress = { type: "task.progress", task_id: "a", progress: 3, message: "Page 1" };
    expect(parseFrame(JSON.stringify(progress))).toEqual(progress);
  });
  test("a resync names no task", () => {
    expect(parseFrame('{"type":"task.resync"}')).toEqual({ type: "task.resync" });
  });
  test.each(["", "{", "null", "[]", '{"type":"task.state"}', '{"type":"task.state","task_id":"a"}', '{"type":"news","task_id":"a"}'])(
    "%s is ignored",
    (data) => expect(parseFrame(data)).toBeNull(),
  );
  test("binary data is ignored", () => expect(parseFrame(new ArrayBuffer(2))).toBeNull());
  test("percent is whole and stays between 0 and 100", () => {
    expect([percent(-3), percent(41.6), percent(230), percent(null), percent(Number.NaN)]).toEqual([0, 42, 100, null, null]);
  });
  test("active tasks count each running task once", () => {
    const active = new ActiveTasks(["a"]);
    expect([active.apply(state("a", "processing")), active.apply(state("b", "processing")), active.count]).toEqual([false, true, 2]);
    expect([active.apply(state("a", "completed")), active.apply(state("c", "pending")), active.count]).toEqual([true, false, 1]);
  });
});

describe("formats", () => {
  test("durations", () => {
    expect([0, 0.85, 1, 62, 7_384].map(duration)).toEqual(["0:00", "850 ms", "0:01", "1:02", "2:03:04"]);
  });
  test("clocks never show milliseconds or less than zero", () => {
    expect([0.5, -4, 3_600].map(clock)).toEqual(["0:00", "0:00", "1:00:00"]);
  });
  test("relative times in both languages", () => {
    expect([5, 60, 7_300, -90_000].map((age) => relative(age, "en"))).toEqual(["now", "1 minute ago", "2 hours ago", "in 1 day"]);
    expect([5, 60, 7_300, -90_000].map((age) => relative(age, "vi"))).toEqual(["bây giờ", "1 phút trước", "2 giờ trước", "sau 1 ngày nữa"]);
  });
});

describe("palette ranking", () => {
  test("beginnings beat word starts, those beat middles, those beat scattered letters", () => {
    expect([score("ta", "Tasks"), score("pro", "New project"), score("ject", "Project"), score("pjt", "Project")]).toEqual([4, 3, 2, 1]);
  });
  test("accents and case do not matter", () => expect(score("DU AN", "Dự án")).toBe(4));
  test("what is not there does not match, and nothing typed matches all", () => {
    expect([score("xyz", "Tasks"), score("  ", "Tasks")]).toEqual([0, 1]);
  });
});

describe("words", () => {
  const words: Word[] = [
    { text: "Hello", start_ms: 100, end_ms: 300 },
    { text: "hello", start_ms: 400, end_ms: 600 },
  ];
  test("text is cut into words and what lies between", () => {
    expect(cutText("Hello, hello!", words)).toEqual([
      { text: "Hello", word: 0 }, { text: ", ", word: -1 }, { text: "hello", word: 1 }, { text: "!", word: -1 },
    ]);
  });
  test("a word the text lacks loses nothing of the text", () => {
    expect(cutText("so", [{ text: "other", start_ms: 0, end_ms: 1 }])).toEqual([{ text: "so", word: -1 }]);
  });
  test("the word at a time", () => {
    expect([0, 100, 350, 400, 9_999].map((ms) => wordAt(words, ms))).toEqual([-1, 0, 0, 1, 1]);
  });
});

describe("peaks", () => {
  test("the loudest of each slice, scaled to the loudest of all", () => {
    expect(peaks(new Float32Array([0, 0.25, -0.5, 0.125]), 2)).toEqual([0.5, 1]);
  });
  test("silence stays silent", () => expect(peaks(new Float32Array(4), 2)).toEqual([0, 0]));
});

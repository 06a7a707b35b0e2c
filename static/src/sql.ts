/** The SQL page: puts its parts together. Every part stands in sql/. */
import "./styles/sql.css";
import { post, Problem, wordsOf } from "./chat/api";
import { need } from "./chat/dom";
import { text } from "./lib/strings";
import { isTyping } from "./ui/lists";
import { showToast } from "./ui/toasts";
import { AskBox, questionFrom, type Question } from "./sql/asking";
import { Cards, questionOf } from "./sql/cards";
import { insertIntoEditor } from "./sql/editing";
import { SchemaPanel } from "./sql/schema";
import type { PageData, Query } from "./sql/types";

const YEAR_SECONDS = 31_536_000;
const data = JSON.parse(need("#sql-data").textContent ?? "") as PageData;
const page = need("[data-part=page]");

/** The server renders the page with them the next time. */
function remember(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=${data.ask_url}; max-age=${YEAR_SECONDS}; samesite=lax`;
}

function start(thread: HTMLElement): void {
  const box = new AskBox({ onConnection: changeConnection });
  const cards = new Cards(thread, {
    language: data.language,
    run: (card, sql) => run(card, sql),
    askAgain: (question) => box.write(question),
    onEnded,
  });
  const schema = document.querySelector("[data-part=schema]")
    ? new SchemaPanel({ insert: (words) => insertIntoEditor(words) || box.insert(words), onFold: (closed) => remember("sql_schema", closed ? "closed" : "open") })
    : null;

  function changeConnection(id: string): void {
    remember("sql_connection", id);
    // Another database: its schema and its examples; what was asked of the other one stays in the history.
    const ask = box.words.trim() === "" ? "" : `&ask=${encodeURIComponent(box.words)}`;
    location.assign(`${data.ask_url}?connection=${id}${ask}`);
  }

  function onEnded(card: HTMLElement): void {
    const key = card.dataset.queryStatus === "success" ? "sqlAnswered" : "sqlNotAnswered";
    need("[data-part=announcer]").textContent = text(key, { question: questionOf(card) });
    schema?.renewIfEmpty();
  }

  /** A new card stands in the page. */
  async function show(made: Query, replaced: HTMLElement | null = null): Promise<void> {
    page.classList.remove("is-new");
    need("[data-part=new]").hidden = false;
    history.pushState(null, "", `${data.ask_url}q/${made.id}/`);
    box.follow(made.id);
    await cards.put(made.id, replaced);
  }

  const inProject = <T extends object>(body: T): T => (data.project ? { ...body, project_id: data.project } : body);

  async function ask(question: Question, replaced: HTMLElement | null): Promise<void> {
    await show(await post<Query>("queries/", inProject({ ...question, language: data.language })), replaced);
  }

  async function run(card: HTMLElement, sql: string): Promise<void> {
    const { query: follows, connection } = card.dataset;
    const question = card.dataset.byHand === undefined ? questionOf(card) : "";
    const body = { sql, follows, ...(connection ? { connection_id: connection } : {}), ...(question ? { question } : {}) };
    await show(await post<Query>("queries/run/", inProject(body)));
  }

  async function submit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const isBox = box.isFormOf(form);
    const question = questionFrom(form, submitter);
    if (question.question.trim() === "") return;
    box.setBusy(true);
    try {
      await ask(question, form.closest<HTMLElement>("[data-query]"));
      if (isBox) box.clear();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (isBox) box.refuse(error.message);
      else showToast("error", wordsOf(error));
    } finally {
      box.setBusy(false);
      if (isBox) box.focus();
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-ask]")) return;
    event.preventDefault();
    void submit(form, (event as SubmitEvent).submitter);
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-suggest]")) {
    button.addEventListener("click", () => {
      box.write(button.dataset.suggest ?? "");
      box.submit();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
    if (event.key !== "/" || isTyping(event.target)) return;
    event.preventDefault();
    box.focus();
  });
  cards.last?.scrollIntoView({ block: "nearest" });
  if (!cards.last && matchMedia("(pointer: fine)").matches) box.focus();
}

function startCellDialog(): void {
  const dialog = need<HTMLDialogElement>("#sql-cell");
  need("[data-act=close]", dialog).addEventListener("click", () => dialog.close());
}

const thread = document.querySelector<HTMLElement>("[data-part=thread]");
if (thread) start(thread);
startCellDialog();
window.addEventListener("popstate", () => location.reload());

/** KaTeX with its style sheet and fonts: a chunk of its own. */
import katex from "katex";
import "katex/dist/katex.min.css";

export function drawFormula(element: HTMLElement): void {
  const source = element.textContent ?? "";
  // Into the document, not as HTML text: KaTeX then sets styles as properties, which the content policy allows.
  katex.render(source, element, {
    displayMode: element.dataset.display === "true",
    throwOnError: false,
    errorColor: "currentColor",
    output: "htmlAndMathml",
    trust: false,
    maxSize: 50,
    maxExpand: 200,
  });
  element.classList.add("is-drawn");
}

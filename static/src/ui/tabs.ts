/** On a phone the tabs scroll sideways: the page's own one must be seen. */
export function startTabs(): void {
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

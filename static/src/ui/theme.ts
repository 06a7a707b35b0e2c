/** The theme buttons: the choice goes into a cookie that the server reads, and onto the page at once. */

const YEAR_SECONDS = 31_536_000;

export function startTheme(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-set-theme]");
    const theme = button?.dataset.setTheme;
    if (!theme) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("rh:theme"));
    for (const other of document.querySelectorAll<HTMLElement>("[data-set-theme]")) {
      other.setAttribute("aria-pressed", String(other.dataset.setTheme === theme));
    }
  });
}

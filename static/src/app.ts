/** What every page runs. Modules of one page (the player) are entries of their own. */
import "./styles/tabler.css";
import "./styles/app.css";
import { startLive } from "./live";
import { startConfirm } from "./ui/confirm";
import { startCopy } from "./ui/copy";
import { startLists } from "./ui/lists";
import { startMenus } from "./ui/menus";
import { startPalette } from "./ui/palette";
import { startRequests } from "./ui/requests";
import { startTabs } from "./ui/tabs";
import { startTheme } from "./ui/theme";
import { startTimes } from "./ui/times";
import { startToasts } from "./ui/toasts";

startToasts();
// Before the first htmx element can be clicked: a question must come ahead of the request.
startConfirm();
startRequests();
startTheme();
startMenus();
startPalette();
startLists();
startCopy();
startTabs();
startTimes();
startLive();

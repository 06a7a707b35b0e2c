import time
from config.tests.browser.conftest import *
def test_speed(open_window, house, chromium_browser):
    def t(label, f):
        s=time.time(); r=f(); print(label, round(time.time()-s,3)); return r
    for i in range(3):
        w=t("ctx", lambda: open_window()); p=t("page", lambda: w.new_page())
        for path in ("/", "/voice/", "/tasks/"): t("goto "+path, lambda: p.goto(path))
        p2=t("page2", lambda: w.new_page())
        for path in ("/", "/voice/", "/tasks/"): t("goto2 "+path, lambda: p2.goto(path))
        t("close", lambda: w.close())
    import httpx
    s=house.session("owner")
    for path in ("/", "/voice/", "/tasks/", "/healthz"): t("http "+path, lambda: s.get(path)); t("http "+path, lambda: s.get(path))

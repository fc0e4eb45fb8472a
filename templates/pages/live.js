// Keeps an open page up to date and lets its times run on. Without it the page loads itself anew.
"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live) return;
  const said = document.getElementById("said");
  const offline = document.getElementById("offline");
  const APART_MS = 500, AGAIN_MS = 10000;
  let source = null, later = 0, busy = false, again = false, fetchedAt = 0, wanted = "";
  let planNow = Date.parse(live.dataset.now), shownAt = performance.now();

  const fresh = () => document.getElementById("fresh");
  const now = () => planNow + (performance.now() - shownAt) * Number(live.dataset.speed);

  function words(due) {
    const seconds = Math.trunc((due - now()) / 1000), all = Math.abs(seconds);
    const h = Math.floor(all / 3600), m = Math.floor(all / 60) % 60, s = all % 60;
    const over = due < now();
    const text = live.dataset[(over ? "over" : "left") + (h ? "H" : "S")];
    return [text.replace("{h}", h).replace("{m}", m).replace("{s}", s), over];
  }
  function tick() {
    for (const each of live.querySelectorAll("[data-due]")) {
      const [text, over] = words(Date.parse(each.dataset.due));
      if (each.textContent !== text) each.textContent = text;
      each.classList.toggle("late", over);
    }
  }

  // What had the focus keeps it; if it is gone, the first heading of the part has it.
  function swap(html) {
    const before = fresh().dataset.said;
    const held = live.contains(document.activeElement) ? document.activeElement : null;
    const open = [...live.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
    const made = new DOMParser().parseFromString(html, "text/html").getElementById("fresh");
    if (!made) return;
    fresh().replaceWith(document.adoptNode(made));
    planNow = Date.parse(made.dataset.now);
    shownAt = performance.now();
    for (const [id, was] of open) { const one = document.getElementById(id); if (one) one.open = was; }
    if (held) {
      const next = (held.id && document.getElementById(held.id)) || made.querySelector("h2[tabindex]");
      if (next) next.focus({ preventScroll: true });
    }
    if (made.dataset.said !== before) said.textContent = made.dataset.said;
    tick();
  }
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    const early = APART_MS - (performance.now() - fetchedAt);
    if (early > 0) await new Promise((done) => setTimeout(done, early));
    fetchedAt = performance.now();
    try {
      const answer = await fetch(live.dataset.part, { headers: { Accept: "text/html" } });
      if (answer.status === 401) { location.assign("/in"); return; }
      if (!answer.ok) throw new Error(answer.status);
      swap(await answer.text());
      offline.hidden = true;
    } catch {
      offline.hidden = false;
      clearTimeout(later);
      later = setTimeout(refresh, AGAIN_MS);
    } finally { busy = false; }
    if (again) { again = false; refresh(); }
  }
  function listen() {
    if (source) source.close();
    source = new EventSource(live.dataset.news);
    source.addEventListener("pulse", (event) => {
      wanted = event.data;
      offline.hidden = true;
      if (wanted !== fresh().dataset.pulse) refresh();
    });
    source.addEventListener("over", () => { source.close(); location.assign("/in"); });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) { offline.hidden = false; return; }
      clearTimeout(later);
      later = setTimeout(() => { refresh(); listen(); }, AGAIN_MS); // refused: no room, or signed out
    });
  }
  // A phone that slept, or a page from the browser's memory, looks at once.
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); if (source.readyState === EventSource.CLOSED) listen(); } });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", listen);
  setInterval(tick, 1000);
  tick();
})();

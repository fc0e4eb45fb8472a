// Keeps forms on the device until the gateway has taken them. Nothing is deleted before the answer
// says so; what is sent twice (a lost answer, two tabs) is taken once, by the form's own number.
"use strict";
(() => {
  const form = document.getElementById("form");
  const kept = document.getElementById("kept");
  const said = document.getElementById("said");
  const list = document.getElementById("waiting");
  const forget = document.getElementById("forget");
  const count = document.getElementById("count");
  const place = "kitart-calls-" + form.dataset.owner;
  const AGAIN_MS = 15000;
  const LIMIT_MS = 20000;
  const EACH_TIME = ["form", "number"];
  let sent = 0;
  let sending = false;

  const waiting = () => {
    try { return JSON.parse(localStorage.getItem(place) || "[]"); } catch { return []; }
  };
  const keep = (entries) => {
    if (entries.length) localStorage.setItem(place, JSON.stringify(entries));
    else localStorage.removeItem(place);
  };
  const change = (id, how) => keep(waiting().map((e) => (e.form === id ? how(e) : e)).filter(Boolean));
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  const say = (text) => { said.textContent = text; };
  const two = (n) => String(n).padStart(2, "0");
  // The clock of the form is that of the agent's zone, whatever the device is set to.
  const clock = () => new Intl.DateTimeFormat("sv-SE", { timeZone: form.dataset.zone, dateStyle: "short", timeStyle: "short" }).format(new Date()).split(" ");

  function show() {
    const entries = waiting();
    kept.hidden = false;
    count.textContent = count.dataset.words.replace("{waits}", entries.length).replace("{sent}", sent);
    forget.hidden = entries.length === 0;
    list.replaceChildren(...entries.filter((e) => e.refused).map((entry) => {
      const line = document.createElement("li");
      line.textContent = `${entry.start || ""} ${list.dataset.refused} ${entry.refused} `;
      const again = document.createElement("button");
      again.type = "button";
      again.className = "no";
      again.textContent = list.dataset.again;
      again.addEventListener("click", () => reopen(entry));
      line.append(again);
      return line;
    }));
  }

  function reopen(entry) {
    for (const field of form.elements) {
      if (!field.name || EACH_TIME.includes(field.name) || !(field.name in entry || "checked" in field)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = entry[field.name] === field.value;
      else if (field.type !== "hidden") field.value = entry[field.name];
    }
    change(entry.form, () => null);
    show();
    form.scrollIntoView();
  }

  function number(day) {
    if (!form.dataset.next) return "";
    const store = place + "-number";
    let last = {};
    try { last = JSON.parse(localStorage.getItem(store) || "{}"); } catch { last = {}; }
    const first = day === form.dataset.today ? Number(form.dataset.next) : 1;
    const next = Math.max(first, last.day === day ? last.n + 1 : 1);
    localStorage.setItem(store, JSON.stringify({ day, n: next }));
    return String(next);
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (const entry of waiting().filter((e) => !e.refused)) if (!(await sendOne(entry))) break;
    } finally {
      sending = false;
      show();
    }
  }

  async function sendOne(entry) {
    const body = new URLSearchParams(entry);
    const key = form.elements.form_key;
    if (key) body.set("form_key", key.value);
    let answer;
    let told = {};
    try {
      answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error", signal: AbortSignal.timeout(LIMIT_MS) });
      told = await answer.json();
    } catch {
      say(said.dataset.away);
      return false;
    }
    if (answer.ok && told.number) {
      change(entry.form, () => null);
      sent += 1;
      say(said.dataset.taken.replace("{number}", told.number));
      return true;
    }
    if (answer.status === 422 || answer.status === 413) {
      change(entry.form, (e) => ({ ...e, refused: told.problem || String(answer.status) }));
      return true;
    }
    say([401, 403, 410].includes(answer.status) ? said.dataset.signedOut : said.dataset.away);
    return false;
  }

  // As the gateway checks it: such a number must not wait on the device either.
  function holdsCard(text) {
    return (text.match(/\d(?:[ -]?\d){12,18}/g) || []).some((found) => {
      const digits = [...found.replace(/\D/g, "")].reverse().map(Number);
      return digits.reduce((sum, d, i) => sum + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : d), 0) % 10 === 0;
    });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const entry = Object.fromEntries(new FormData(form));
    const open = Object.keys(entry).filter((name) => !["callback_number", "customer_number", "paper_number", "form", "form_key"].includes(name));
    if (open.some((name) => holdsCard(entry[name]))) {
      say(said.dataset.card);
      kept.scrollIntoView();
      return;
    }
    delete entry.form_key;
    entry.form = newId();
    try {
      entry.number = number(entry.day);
      keep([...waiting(), entry]);
    } catch {
      // No room, or storage is forbidden here: the browser's own way, if there is a network.
      if (navigator.onLine) form.submit(); else { kept.hidden = false; say(said.dataset.full); }
      return;
    }
    form.reset();
    fresh();
    say(said.dataset.waits);
    show();
    kept.scrollIntoView();
    send();
  });

  function fresh() {
    const [day, time] = clock();
    form.elements.day.value = day;
    form.elements.start.value = time;
    form.elements.end.value = "";
  }

  forget.addEventListener("click", () => {
    if (!confirm(forget.dataset.sure)) return;
    keep([]);
    say("");
    show();
  });
  window.addEventListener("online", send);
  window.addEventListener("storage", show);
  setInterval(() => { if (waiting().some((e) => !e.refused)) send(); }, AGAIN_MS);
  show();
  send();
})();

// SPDX-License-Identifier: Apache-2.0
// What the desk does quicker with a script; everything here works without one. Nothing is decided or computed here:
// keys press what stands on the page, and what changes is a piece of a page that the server made. Pieces come through
// XMLHttpRequest as documents, which is no Trusted Types sink, so that the pages can forbid every other way.
"use strict";
(() => {
  const one = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const make = (name, text = "", attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const LINK = ".rows:not(.plain) td:nth-child(6) a";
  const seen = (element) => (element.closest(".tabs .more") || element).checkVisibility();
  const typing = (element) =>
    element.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit])");

  // ---------------------------------------------------------------------------------------------- pieces of a page
  const said = one("#said");
  const say = (text) => { if (said) said.textContent = text; };

  const ask = (address, body, then, failed = () => say("Not reached; try again.")) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.open(body ? "POST" : "GET", address);
    request.onload = () => {
      if (new URL(request.responseURL).pathname.includes("sign-in")) location.assign(address);
      else if (request.response && request.status !== 404) then(request.response, request);
      else failed();
    };
    request.onerror = failed;
    request.send(body);
    return request;
  };

  // Keys that this browser has put elsewhere: the pages name the usual ones, and are told apart here.
  const moved = new Map((document.body.dataset.map || "").split(" ").filter(Boolean).map((pair) => [pair[0], pair.slice(2)]));
  const named = (key) => moved.get(key) || key;
  const rename = (within) => {
    for (const each of moved.size ? all("[data-key]", within) : []) {
      const key = named(each.dataset.key);
      if (key === each.dataset.key) continue;
      each.dataset.key = key;
      const shown = one("kbd", each);
      if (shown) shown.textContent = key;
    }
  };
  rename(document);

  const swap = (selector, from) => {
    const [now, fresh] = [one(selector), one(selector, from)];
    if (!now || !fresh) return false;
    rename(fresh);
    now.replaceWith(document.adoptNode(fresh));
    return true;
  };

  // ------------------------------------------------------------------------------------------------ keys and commands
  const BLANK = /\[[^[\]\n]{3,80}\]/;
  const begin = (within) => {
    const fields = all("textarea, select, input:not([type=hidden])", within);
    const open = (each) => each.matches("textarea") && BLANK.test(each.value) || each.ariaRequired === "true" && !each.value;
    const first = fields.find(open) || fields[0];
    first?.focus();
    const found = first?.matches("textarea") && first.value.match(BLANK);
    if (found) first.setSelectionRange(found.index, found.index + found[0].length);
    return fields.length > 0;
  };
  const press = (element) => {
    if (element.matches("summary")) {
      element.parentElement.open = true;
      if (!begin(element.parentElement)) element.focus();
    } else if (element.matches("label")) {
      element.control.click();
      one("#" + (element.dataset.then || element.htmlFor))?.focus();
    } else if (element.matches("input, textarea, select")) element.focus();
    else element.click();
  };
  const bound = (key) => all("[data-key]").find((each) => each.dataset.key === key && seen(each));
  const label = (element) => (element.dataset.say || element.getAttribute("aria-label") || element.textContent).trim();

  const rows = () => all(LINK);
  const move = (by, other = false) => {
    const list = rows();
    const at = list.indexOf(document.activeElement);
    const here = at >= 0 ? at : list.findIndex((each) => each.closest("tr").matches("[aria-current]"));
    let to = here < 0 ? (by > 0 ? 0 : list.length - 1) : here + by;
    const of = (link) => link.closest("tr").cells[10]?.textContent;
    const project = list[here] && of(list[here]);
    while (other && list[to] && of(list[to]) === project) to += by;
    list[to]?.focus();
  };

  let looking, wanted;
  const look = (link) => {
    wanted?.abort();
    for (const row of all("tr[aria-current]")) row.removeAttribute("aria-current");
    link.closest("tr").setAttribute("aria-current", "true");
    wanted = ask(link.href, null, (page) => {
      swap("#pane", page);
      history.replaceState(null, "", link.href.split("#")[0]);
    });
  };
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches(LINK) || !matchMedia("(min-width: 72rem)").matches) return;
    clearTimeout(looking);
    looking = setTimeout(() => { if (document.activeElement === target) look(target); }, 120);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(LINK);
    if (!link || !matchMedia("(min-width: 72rem)").matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (document.activeElement === link) look(link);
    else link.focus();
  });

  const unread = () => {
    const fresh = all(".message.new");
    const next = fresh[fresh.findIndex((each) => each === document.activeElement) + 1] || fresh[0];
    if (!next) return say("Nothing unread.");
    next.tabIndex = -1;
    next.focus();
  };
  const mend = () => {
    const near = (each) => {
      let place = each.closest(".field") || each.previousElementSibling;
      while (place && !one("input, textarea, select", place)) place = place.previousElementSibling;
      return place && one("input, textarea, select", place);
    };
    const wrong = [...new Set(all(".problem, .field .errorlist").map(near))].filter(Boolean);
    const links = all(".problems a, .refusal a");
    if (!wrong.length) return links[0]?.click();
    wrong[(wrong.indexOf(document.activeElement) + 1) % wrong.length].focus();
  };
  const select = () => {
    const row = document.activeElement?.closest("tr") || one("tr[aria-current]");
    one("input[type=checkbox]", row || document)?.click();
  };
  const selectAll = () => {
    const boxes = all(".rows input[name=pick]");
    const some = boxes.some((each) => !each.checked);
    for (const each of boxes) if (each.checked !== some) each.click();
  };
  const OWN = {
    j: ["Next row", () => move(1)], k: ["Row before", () => move(-1)], J: ["Next project", () => move(1, true)],
    K: ["Project before", () => move(-1, true)], x: ["Select the row", select], X: ["Select every row, or none", selectAll], u: ["Next unread message", unread],
    "?": ["All keys of this page", () => keys()],
  };

  let before = "";
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") { event.preventDefault(); return palette(); }
    if ((event.ctrlKey || event.metaKey) && key === "Enter" && target.form) {
      event.preventDefault();
      return target.form.requestSubmit(one("button:not(.quiet)", target.closest("[data-part]") || target.form));
    }
    if (key === "F8") { event.preventDefault(); return mend(); }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || one("dialog[open]")) return;
    if (document.body.dataset.keys === "off" || key.length > 1) return;
    const [chord, last] = [before ? `${before} ${key}` : key, before];
    before = "";
    const found = bound(chord) || (last && bound(key));
    if (!found && key === "g") before = key;
    else if (found) { event.preventDefault(); press(found); }
    else {
      const own = Object.keys(OWN).find((each) => named(each) === key);
      if (own) { event.preventDefault(); OWN[own][1](); }
    }
  });

  const dialog = (title, inside) => {
    const box = make("dialog", "", { class: "box", "aria-label": title });
    box.append(...inside);
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
    return box;
  };
  const keys = () => {
    const list = make("dl", "", { class: "keys" });
    const add = (key, text) => list.append(make("dt"), make("dd", text)) || list.children[list.children.length - 2].append(make("kbd", key));
    for (const each of all("[data-key]").filter(seen)) add(each.dataset.key, label(each));
    if (rows().length) for (const key of "jkJKxX") add(named(key), OWN[key][0]);
    if (one(".message.new")) add(named("u"), OWN.u[0]);
    add("Ctrl+K", "Find a command"); add("Ctrl+Enter", "Send the form"); add("F8", "Next thing to mend");
    const close = make("form", "", { method: "dialog", class: "act" });
    close.append(make("button", "Close", { class: "quiet" }), make("a", "Switch keys off", { href: "/look" }));
    dialog("Keys", [make("h2", "Keys of this page"), list, close]);
  };
  const palette = () => {
    if (one("dialog.palette")) return;
    const found = new Map();
    for (const each of all("[data-key], .top a, .tabs a, .filter a, .rows td:nth-child(6) a, main form:not([hidden]) button").filter(seen)) {
      if (!found.has(label(each))) found.set(label(each), each);
    }
    const input = make("input", "", {
      "aria-label": "Find a command, a page or a case", role: "combobox", "aria-expanded": "true",
      "aria-controls": "commands", autocomplete: "off", placeholder: "Command, page or case",
    });
    const list = make("ul", "", { id: "commands", role: "listbox", "aria-label": "Commands" });
    const box = dialog("Commands", [input, list]);
    box.classList.add("palette");
    let chosen = 0, options = [];
    const run = (go) => { box.close(); go(); };
    const mark = () => options.forEach((each, number) => {
      each.setAttribute("aria-selected", String(number === chosen));
      if (number === chosen) { input.setAttribute("aria-activedescendant", each.id); each.scrollIntoView({ block: "nearest" }); }
    });
    const fill = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const hits = [...found].filter(([text]) => words.every((word) => text.toLowerCase().includes(word)));
      const ref = input.value.trim();
      const offered = hits.slice(0, 12).map(([text, element]) => [text, element.dataset.key || "", () => press(element)]);
      if (/^[A-Za-z]+-\d{4}-\w{5}$/.test(ref)) offered.unshift([`Open ${ref}`, "", () => location.assign(`/c/${ref}`)]);
      options = offered.map(([text, key, go], number) => {
        const option = make("li", text, { role: "option", id: `command-${number}` });
        if (key) option.append(" ", make("kbd", key));
        option.addEventListener("click", () => run(go));
        option.go = go;
        return option;
      });
      list.replaceChildren(...options);
      chosen = 0;
      mark();
    };
    input.addEventListener("input", fill);
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && options.length) { event.preventDefault(); chosen = (chosen + step + options.length) % options.length; mark(); }
      if (event.key === "Enter" && options[chosen]) { event.preventDefault(); run(options[chosen].go); }
    });
    fill();
    input.focus();
  };
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-does=keys]")) keys();
    if (target.closest("[data-does=palette]")) palette();
  });
  for (const each of all("[data-does]")) each.hidden = false;

  // ------------------------------------------------------------------- drafts, previews, selections, and what is new
  const dirty = new Set();
  const keep = (form) => {
    dirty.delete(form);
    const state = one(".draft", form);
    fetch(form.dataset.draft, { method: "POST", body: fields(form), keepalive: true }).then((answer) => {
      const kept = answer.ok && !answer.redirected;
      if (state) state.textContent = kept ? "Draft kept." : "Draft not kept: sign in again in another tab, then go on here.";
      if (!kept) dirty.add(form);
    }, () => { dirty.add(form); });
  };
  const fields = (form, more = {}) => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return data;
  };
  const waiting = new Map();
  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (form?.dataset.draft) dirty.add(form);
    if (form?.dataset.try) {
      clearTimeout(waiting.get(form));
      waiting.set(form, setTimeout(() => attempt(form), 600));
    }
    if (form?.dataset.live) {
      clearTimeout(waiting.get(form));
      waiting.set(form, setTimeout(() => choose(form), 150));
    }
    if (target.name === "pick") count();
  });
  const choose = (form) =>
    ask(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`, null, (page) =>
      form.dataset.live.split(" ").forEach((id) => swap(`#${id}`, page)));
  const attempt = (form) =>
    ask(form.action, fields(form, { do: "try" }), (page) => form.dataset.try.split(" ").forEach((id) => swap(`#${id}`, page)));
  setInterval(() => dirty.forEach(keep), 5000);
  document.addEventListener("visibilitychange", () => { if (document.hidden) dirty.forEach(keep); });
  document.addEventListener("submit", ({ target }) => dirty.delete(target));

  const count = () => {
    const picked = all("input[name=pick]:checked").length;
    const bar = one("#bulk");
    if (!bar) return;
    bar.classList.toggle("some", picked > 0);
    one("output", bar).textContent = picked ? `${picked} selected` : "";
  };
  count();

  const news = one("#news");
  const stale = () => {
    const now = one("#news"), copy = one(".asof time");
    if (now && copy) now.textContent = `Not reached. This is the copy of ${copy.textContent}; trying again.`;
  };
  const here = one("#here");
  const fresh = (at) => ask(at, null, (page) => swap("#here", page), () => {});
  if (here?.dataset.from) setInterval(() => { if (!document.hidden) fresh(here.dataset.from); }, 30000);
  if (news?.dataset.from) setInterval(() => { if (!document.hidden) ask(news.dataset.from, null, (page) => swap("#news", page), stale); }, 30000);
})();

/* A form whose taps are kept on this device until the server has them. Without this script it is a plain form. */
(function () {
  "use strict";

  var form = document.querySelector("[data-outbox]");
  if (!form || !window.indexedDB || !window.fetch) return;
  var list = document.querySelector("[data-outbox-list]");
  var status = document.querySelector("[data-outbox-status]");
  var empty = document.querySelector("[data-outbox-empty]");
  var staff = form.dataset.staff;
  var page = location.pathname;
  var sending = false;

  /* Keep an empty copy of the page (nothing that was written) and what it is drawn with, for when there is no net. */
  if ("serviceWorker" in navigator && window.caches) {
    navigator.serviceWorker.register(form.dataset.worker).catch(function () {});
    caches.open("imrgroups-outbox").then(function (cache) {
      var parts = document.querySelectorAll("link[rel=stylesheet], script[src]");
      var wanted = Array.prototype.map.call(parts, function (part) { return part.href || part.src; });
      return cache.addAll([page + "?bare"].concat(wanted));
    }).catch(function () {});
  }

  var opened = new Promise(function (resolve, reject) {
    var asked = indexedDB.open("imrgroups-outbox", 1);
    asked.onupgradeneeded = function () { asked.result.createObjectStore("taps", { keyPath: "key" }); };
    asked.onsuccess = function () { resolve(asked.result); };
    asked.onerror = function () { reject(asked.error); };
  });
  function store(mode, act) {
    return opened.then(function (db) {
      return new Promise(function (resolve, reject) {
        var work = db.transaction("taps", mode);
        var asked = act(work.objectStore("taps"));
        work.oncomplete = function () { resolve(asked.result); };
        work.onerror = function () { reject(work.error); };
      });
    });
  }
  /* Only one's own taps: a tablet may be shared, and nothing may be sent in somebody else's name. */
  function mine() {
    return store("readonly", function (taps) { return taps.getAll(); }).then(function (all) {
      return all.filter(function (tap) { return tap.staff === staff; }).sort(function (a, b) { return a.at < b.at ? -1 : 1; });
    });
  }
  function newKey() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
  }

  function show(tap, words) {
    if (tap.page !== page) return;
    var line = list.querySelector('[data-key="' + tap.key + '"]');
    if (!line) {
      line = document.createElement("li");
      line.dataset.key = tap.key;
      var time = document.createElement("bdi");
      time.dir = "ltr";
      time.textContent = new Date(tap.at).toTimeString().slice(0, 5);
      var said = document.createElement("span");
      said.dir = "auto";
      said.textContent = [tap.label, tap.text].filter(Boolean).join(" ");
      var state = document.createElement("small");
      state.className = "quiet";
      line.append(time, " ", said, " ", state);
      list.append(line);
      if (empty) empty.hidden = true;
    }
    var small = line.querySelector("small");
    if (small) small.textContent = words;
  }
  function say(words) { if (status.textContent !== words) status.textContent = words; }

  form.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (!button || button.name !== "tap") return;
    var text = form.elements.text.value.trim();
    if (button.value === "note:" && !text) return;    // the server says what is missing
    event.preventDefault();
    var label = button.value === "note:" ? "" : button.textContent.trim();
    var tap = { key: newKey(), staff: staff, page: page, tap: button.value, label: label, text: text, at: new Date().toISOString() };
    store("readwrite", function (taps) { return taps.put(tap); }).then(function () {
      form.elements.text.value = "";
      show(tap, form.dataset.waiting);
      flush();
    }, function () {                                   // no room to keep it: send it the plain way
      var hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = "tap";
      hidden.value = button.value;
      form.append(hidden);
      form.submit();
    });
  });

  function post(tap, token) {
    var body = new URLSearchParams({ csrf_token: token, key: tap.key, tap: tap.tap, text: tap.text, at: tap.at });
    return fetch(tap.page, { method: "POST", body: body, headers: { "X-Outbox": "1" }, redirect: "manual", credentials: "same-origin" });
  }
  /* The token of a page that was kept without a net is an old one: ask for a new one once. */
  function freshToken(tap) {
    return fetch(tap.page + "?bare", { credentials: "same-origin", redirect: "manual", cache: "no-store", headers: { "X-Outbox": "1" } }).then(function (answer) {
      if (!answer.ok) return "";
      return answer.text().then(function (html) {
        var found = new DOMParser().parseFromString(html, "text/html").querySelector("[data-outbox] [name=csrf_token]");
        return found ? found.value : "";
      });
    });
  }
  function send(tap) {
    return post(tap, form.elements.csrf_token.value).then(function (answer) {
      if (answer.status !== 400) return answer;
      return freshToken(tap).then(function (token) {
        if (!token) return { type: "opaqueredirect" };   // signed out meanwhile
        form.elements.csrf_token.value = token;
        return post(tap, token);
      });
    });
  }
  function flush() {
    if (sending) return;
    sending = true;
    mine().then(function next(taps) {
      if (!taps.length) { say(""); return; }
      var tap = taps[0];
      return send(tap).then(function (answer) {
        if (answer.ok) {
          return store("readwrite", function (kept) { return kept.delete(tap.key); }).then(function () {
            show(tap, form.dataset.sent);
            return next(taps.slice(1));
          });
        }
        var out = answer.type === "opaqueredirect" || answer.status === 401;
        if (out || answer.status >= 500 || answer.status === 429 || answer.status === 400) {
          say(out ? form.dataset.signedOut : form.dataset.waiting);
          return;
        }
        show(tap, form.dataset.refused);
        return next(taps.slice(1));
      });
    }).catch(function () { say(form.dataset.waiting); }).then(function () { sending = false; });
  }

  mine().then(function (taps) { taps.forEach(function (tap) { show(tap, form.dataset.waiting); }); flush(); }, function () {});
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) flush(); });
  setInterval(flush, 15000);
})();

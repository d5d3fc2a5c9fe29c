/* Small helps on top of pages that work without any script. No inline code, no outside address. */
(function () {
  "use strict";

  var root = document.documentElement;
  var here = document.currentScript.src;

  if (window.htmx) {
    Object.assign(htmx.config, {
      includeIndicatorStyles: false,      // an inline style, which the content policy forbids
      allowEval: false,
      allowScriptTags: false,
      disableInheritance: true,
      selfRequestsOnly: true,
      historyCacheSize: 0,                // pages about people are never kept in the browser's storage
      refreshOnHistoryMiss: true,
      responseHandling: [
        { code: "204", swap: false },
        { code: "[23]..", swap: true },
        { code: "409|422", swap: true },  // a conflict or a mistake comes back as the page that says what to do
        { code: "[45]..", swap: false, error: true }
      ]
    });
  }

  /* The components of nhsuk-frontend, on the page and on what htmx brings later. */
  var components;
  function enhance(scope) {
    components = components || import(new URL("nhsuk/nhsuk.min.js", here).href);
    components.then(function (nhsuk) {
      document.body.classList.add("js-enabled");
      if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("nhsuk-frontend-supported");
      nhsuk.initAll({ scope: scope, onError: function () {} });
    });
    scope.querySelectorAll("[data-print], [data-cover]").forEach(show);
    if ("speechSynthesis" in window) scope.querySelectorAll("[data-read-aloud]").forEach(show);
  }
  function show(element) { element.hidden = false; }

  /* Cover the screen when somebody looks over your shoulder; the page behind cannot be reached meanwhile. */
  function cover(on) {
    var sheet = document.querySelector("[data-privacy-cover]");
    if (!sheet) return;
    sheet.hidden = !on;
    root.classList.toggle("covered", on);
    Array.prototype.forEach.call(document.body.children, function (child) { if (child !== sheet) child.inert = on; });
    var next = on ? sheet.querySelector("[data-uncover]") : document.querySelector("[data-cover]");
    if (next) next.focus();
    if (on) hush();
  }

  /* Read a text aloud, one paragraph after the other, each in its own language. */
  var reading = null;
  function hush() {
    if (!reading) return;
    var button = reading;
    reading = null;
    speechSynthesis.cancel();
    unmark();
    button.textContent = button.dataset.readText;
    button.setAttribute("aria-pressed", "false");
  }
  function unmark() { document.querySelectorAll(".is-read").forEach(function (part) { part.classList.remove("is-read"); }); }
  function readAloud(button) {
    var same = reading === button;
    hush();
    if (same) return;
    var text = document.querySelector(button.dataset.readAloud);
    var parts = Array.prototype.filter.call(text.querySelectorAll("h1, h2, h3, h4, h5, p, li, td, th"), function (part) {
      return part.textContent.trim() && !part.querySelector("p, li") && !part.closest("[aria-hidden=true], [hidden], .no-read");
    });
    if (!parts.length) return;
    reading = button;
    button.dataset.readText = button.dataset.readText || button.textContent;
    button.textContent = button.dataset.stopText || button.textContent;
    button.setAttribute("aria-pressed", "true");
    next(0);
    function next(number) {
      if (reading !== button) return;
      unmark();
      if (number >= parts.length) return hush();
      var words = new SpeechSynthesisUtterance(parts[number].textContent);
      words.lang = parts[number].closest("[lang]").lang;
      words.rate = 0.9;
      words.onend = function () { next(number + 1); };
      words.onerror = function () { if (reading === button) hush(); };
      parts[number].classList.add("is-read");
      parts[number].scrollIntoView({ block: "nearest" });
      speechSynthesis.speak(words);
    }
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-cover], [data-uncover], [data-print], [data-read-aloud]");
    if (!button) return;
    if (button.hasAttribute("data-cover")) cover(true);
    else if (button.hasAttribute("data-uncover")) cover(false);
    else if (button.hasAttribute("data-print")) window.print();
    else readAloud(button);
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hush(); });
  window.addEventListener("pagehide", hush);

  /* A file that takes seconds to make: say so beside the link until it is here. Without this script the browser waits by itself. */
  function make(link) {
    if (link.making) return;
    var line = document.createElement("span"), bar = document.createElement("progress"), words = document.createElement("span");
    line.className = "making";
    line.setAttribute("role", "status");
    words.textContent = link.dataset.making;
    bar.setAttribute("aria-label", link.dataset.making);
    line.append(bar, words);
    link.after(line);
    link.making = fetch(link.href, { credentials: "same-origin" }).then(function (answer) {
      var kind = answer.headers.get("Content-Type") || "";
      if (!answer.ok || kind.startsWith("text/html")) return location.assign(link.href);  // the page that says what is wrong
      var name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
      return answer.blob().then(function (file) {
        var door = document.createElement("a");
        door.href = URL.createObjectURL(file);
        door.download = name ? name[1] : "";
        door.click();
        setTimeout(function () { URL.revokeObjectURL(door.href); }, 60000);
      });
    }).catch(function () { location.assign(link.href); }).finally(function () {
      line.remove();
      delete link.making;
    });
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-making]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    make(link);
  });

  /* "Saving ... / Saved / Choose which is right / Not saved", in the words the page gives, beside a form that saves at each tap. */
  function status(event, state) {
    var form = event.target.closest("form") || event.target;
    var line = form.querySelector && form.querySelector("[data-save-status]") || document.querySelector("[data-save-status]");
    if (!line) return;
    line.dataset.state = state;
    line.textContent = line.dataset[state] || "";
  }
  document.addEventListener("htmx:beforeRequest", function (event) { status(event, "saving"); });
  document.addEventListener("htmx:afterRequest", function (event) {
    var code = event.detail.xhr.status;
    if (event.detail.requestConfig.verb !== "get") status(event, code === 409 ? "asked" : event.detail.successful && code < 400 ? "saved" : "failed");
  });
  document.addEventListener("htmx:load", function (event) {
    if (event.detail.elt !== document.body) enhance(event.detail.elt);
    var summary = event.detail.elt.querySelector(".nhsuk-error-summary");
    if (summary) summary.focus();
  });

  enhance(document);
})();

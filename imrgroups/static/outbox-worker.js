/* Without a net, the page for notes of a meeting comes from the empty copy that outbox.js kept. Everything else passes by. */
"use strict";

var PAGE = /^\/reviews\/\d+\/observe$/;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", function (event) {
  var request = event.request;
  var address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin || request.headers.get("X-Outbox")) return;
  var kept = PAGE.test(address.pathname) ? address.pathname + "?bare" : address.pathname.startsWith("/static/") ? request : null;
  if (!kept) return;
  event.respondWith(fetch(request).catch(function () {
    return caches.match(kept).then(function (found) { return found || Response.error(); });
  }));
});

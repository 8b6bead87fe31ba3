// The upload form made lively: files dropped on it, how far the sending is, too large said at once.
(function () {
  "use strict";
  var form = document.getElementById("upload-form");
  if (!form) return;
  var card = document.getElementById("upload"), input = document.getElementById("files");
  var fault = document.getElementById("upload-fault"), box = document.getElementById("upload-progress");
  var size = document.getElementById("upload-size"), bar = box.querySelector("progress");
  function megabytes(bytes) { return (bytes / 1048576).toFixed(1) + " MB"; }
  function tooLarge() {
    var sum = Array.prototype.reduce.call(input.files, function (all, file) { return all + file.size; }, 0);
    fault.hidden = sum <= Number(form.dataset.limit);
    fault.textContent = fault.hidden ? "" : form.dataset.tooLarge;
    return !fault.hidden;
  }
  ["dragover", "drop"].forEach(function (name) {
    card.addEventListener(name, function (event) {
      if (event.target !== input) event.preventDefault();
    });
  });
  card.addEventListener("drop", function (event) {
    if (event.target === input || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    tooLarge();
  });
  input.addEventListener("change", tooLarge);
  form.addEventListener("htmx:beforeRequest", function (event) {
    if (tooLarge()) event.preventDefault();
    else box.hidden = false;
  });
  form.addEventListener("htmx:xhr:progress", function (event) {
    if (!event.detail.lengthComputable) return;
    bar.value = event.detail.loaded / event.detail.total;
    size.textContent = megabytes(event.detail.loaded) + " / " + megabytes(event.detail.total);
  });
  ["htmx:responseError", "htmx:sendError"].forEach(function (name) {
    form.addEventListener(name, function () { box.hidden = true; });
  });
})();

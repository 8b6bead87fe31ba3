// Everything live that is not htmx: charts from their JSON blocks, menus, theme, copying.
(function () {
  "use strict";
  var root = document.documentElement;
  var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // ---- Charts -------------------------------------------------------------------------------
  // Options come as JSON. What JSON cannot hold is named in it: colours as "var(--v-…)", number
  // formats as {"$format": …}, drawn shapes as {"$draw": …}, ready-worded tips as {"$tip": true}.
  function colour(text) {
    var at = /^var\((--[\w-]+)(?:,\s*([\d.]+))?\)$/.exec(text);
    if (!at) return text;
    var value = getComputedStyle(root).getPropertyValue(at[1]).trim();
    return at[2] ? faded(value, Number(at[2])) : value;
  }
  function faded(hex, alpha) {
    var n = parseInt(hex.slice(1), 16);
    return "rgba(" + (n >> 16) + "," + ((n >> 8) & 255) + "," + (n & 255) + "," + alpha + ")";
  }
  function grouped(value, digits, trim) {
    var parts = Math.abs(value).toFixed(digits).split(".");
    var whole = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
    var rest = parts[1] && trim ? parts[1].replace(/0+$/, "") : parts[1];
    return whole + (rest ? "." + rest : "");
  }
  function formatter(f) {
    return function (value) {
      if (value === null || value === undefined || isNaN(value)) return "\u2013";
      var scaled = value * (f.times || 1), unit = "", digits = f.digits || 0;
      (f.units || []).some(function (step) {
        if (Math.abs(scaled) < step[0] * 0.9995) return false;
        scaled /= step[1];
        unit = step[2];
        digits = Math.abs(scaled) < 10 ? step[3] : Math.abs(scaled) < 100 ? step[4] : 0;
        return true;
      });
      var figure = grouped(scaled, digits, true);
      return (scaled < 0 && /[1-9]/.test(figure) ? "\u2212" : "") + (f.before || "") + figure +
        (unit ? "\u00a0" + unit : "") + (f.after || "");
    };
  }
  var shapes = {
    // A whisker from low to high along the value axis: data are [place, low, high].
    whisker: function (across) {
      return function (params, api) {
        var place = api.value(0), ends = [api.value(1), api.value(2)].map(function (v) {
          return api.coord(across ? [v, place] : [place, v]);
        });
        if (isNaN(ends[0][0]) || isNaN(ends[0][1])) return null;
        var dx = across ? 0 : 5, dy = across ? 5 : 0, style = { stroke: colour("var(--v-ink)"), lineWidth: 1.25 };
        function line(a, b) {
          return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: style };
        }
        return { type: "group", silent: true, children: [
          line(ends[0], ends[1]),
          line([ends[0][0] - dx, ends[0][1] - dy], [ends[0][0] + dx, ends[0][1] + dy]),
          line([ends[1][0] - dx, ends[1][1] - dy], [ends[1][0] + dx, ends[1][1] + dy]),
        ] };
      };
    },
  };
  function revived(value) {
    if (typeof value === "string") return colour(value);
    if (Array.isArray(value)) return value.map(revived);
    if (value === null || typeof value !== "object") return value;
    if (value.$format) return formatter(value.$format);
    if (value.$draw) return shapes[value.$draw](value.across);
    if (value.$tip) return function (params) {
      var all = Array.isArray(params) ? params : [params];
      var tips = all.map(function (p) { return p.data && p.data.tip || ""; }).filter(Boolean);
      return (value.head && all.length ? [all[0].name] : []).concat(tips).join("\n");
    };
    var out = {};
    Object.keys(value).forEach(function (key) { out[key] = revived(value[key]); });
    return out;
  }
  function themed() {
    var ink = colour("var(--v-ink)"), muted = colour("var(--v-muted)"), grid = colour("var(--v-grid)");
    var font = getComputedStyle(document.body).fontFamily;
    var axis = {
      axisLine: { lineStyle: { color: muted } }, axisTick: { lineStyle: { color: muted } },
      axisLabel: { color: muted, fontSize: 12, fontFamily: font },
      nameTextStyle: { color: muted, fontFamily: font },
      splitLine: { lineStyle: { color: grid } },
    };
    return {
      color: ["--v-main", "--v-second", "--v-third", "--v-rest", "--v-fourth"].map(function (name) { return colour("var(" + name + ")"); }),
      textStyle: { color: ink, fontFamily: font },
      categoryAxis: axis, valueAxis: axis, timeAxis: axis, logAxis: axis,
      legend: { textStyle: { color: ink } },
      tooltip: { backgroundColor: colour("var(--v-surface)"), borderColor: grid, textStyle: { color: ink, fontSize: 13, fontFamily: font } },
      visualMap: { textStyle: { color: muted } },
    };
  }
  var loading = null;
  function echarts() {
    if (window.echarts) return Promise.resolve();
    loading = loading || new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = document.body.dataset.echarts;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return loading;
  }
  function draw(box) {
    var old = window.echarts.getInstanceByDom(box);
    if (old) old.dispose();
    // Parts of a page carry theirs in the box: htmx lets no script element in, not even of JSON.
    var text = box.dataset.json || document.getElementById(box.dataset.options).textContent;
    var option = revived(JSON.parse(text));
    // Rich text is drawn in the picture: an HTML tip would need inline styles.
    option.tooltip = Object.assign({ renderMode: "richText", confine: true }, option.tooltip);
    option.animation = !still && !old;
    option.animationDuration = 300;
    option.aria = { enabled: true, label: { enabled: true, description: box.dataset.description } };
    var chart = window.echarts.init(box, themed(), { renderer: "svg" });
    chart.setOption(option);
    chart.on("click", function (params) {
      if (params.data && params.data.href) window.location.href = params.data.href;
    });
    box.dataset.drawn = "1";
  }
  function boxes(within) { return Array.prototype.slice.call(within.querySelectorAll("[data-options]")); }
  function drawAll() {
    var found = boxes(document).filter(function (box) { return !box.dataset.drawn; });
    if (!found.length) return;
    echarts().then(function () {
      found.forEach(draw);
    }, function () {
      // No pictures: the tables tell it all.
      root.classList.remove("js-charts");
      document.querySelectorAll(".v-chart-table").forEach(function (t) { t.removeAttribute("data-closed"); });
    });
  }
  var waiting;
  new ResizeObserver(function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      if (window.echarts) boxes(document).forEach(function (box) {
        var chart = window.echarts.getInstanceByDom(box);
        if (chart) chart.resize();
      });
    }, 80);
  }).observe(document.body);
  new MutationObserver(function () {
    if (window.echarts) boxes(document).forEach(draw);
  }).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });

  // ---- Tabs: on a narrow screen the one that is open is in sight --------------------------------
  document.querySelectorAll('.v-tabs a[aria-current="page"]').forEach(function (tab) {
    var row = tab.closest("ul"), at = tab.getBoundingClientRect(), all = row.getBoundingClientRect();
    row.scrollLeft += at.left - all.left - (all.width - at.width) / 2;
  });

  // ---- Wide tables and pictures -------------------------------------------------------------
  // What lies beyond the edge fades out, and a button leads there.
  var boxesNamed = 0;
  function leading(box) {
    var button = document.createElement("button");
    box.id = box.id || "scroll-" + (boxesNamed += 1);
    button.type = "button";
    button.className = "v-swipe";
    button.dataset.swipe = box.id;
    button.textContent = document.body.dataset.more + " \u203a";
    box.parentNode.insertBefore(button, box);
    return button;
  }
  function edges(box) {
    var room = box.scrollWidth - box.clientWidth, wide = room > 1, beyond = box.scrollLeft < room - 1;
    box.classList.toggle("v-beyond", wide && beyond);
    var button = box.id && document.querySelector('[data-swipe="' + box.id + '"]');
    if (!button && !wide) return;
    button = button || leading(box);
    button.classList.toggle("v-on", wide);
    button.classList.toggle("v-end", !beyond);  // it keeps its place: nothing jumps
  }
  function allEdges() { document.querySelectorAll(".v-scroll").forEach(edges); }
  document.addEventListener("scroll", function (event) {
    if (event.target.classList && event.target.classList.contains("v-scroll")) edges(event.target);
  }, true);
  new ResizeObserver(allEdges).observe(document.body);

  // ---- Clicks -------------------------------------------------------------------------------
  function closeDetails(open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  }
  function guarded(text) { return /^[=+\-@\t\r]/.test(text) && isNaN(Number(text.replace(/,/g, ""))) ? "'" + text : text; }
  function copied(button) {
    var table = document.getElementById(button.dataset.copy);
    var lines = Array.prototype.map.call(table.rows, function (row) {
      return Array.prototype.map.call(row.cells, function (cell) {
        return guarded((cell.dataset.value || cell.innerText).trim().replace(/\s+/g, " "));
      }).join("\t");
    });
    navigator.clipboard.writeText(lines.join("\n")).then(function () {
      var said = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(function () { button.textContent = said; }, 2000);
    });
  }
  function theme(button) {
    root.dataset.theme = button.value;
    window.valenceTheme();
    document.querySelectorAll("button[name=theme]").forEach(function (each) {
      each.setAttribute("aria-pressed", String(each === button));
    });
    fetch("/preferences", { method: "POST", body: new URLSearchParams({ theme: button.value, back: "/health" }) });
  }
  // A drawing as a picture: painted twice as large, so that it stays sharp on a slide.
  function asPng(link) {
    fetch(link.href).then(function (got) { return got.text(); }).then(function (svg) {
      var image = new Image();
      image.onload = function () {
        var canvas = document.createElement("canvas");
        canvas.width = image.width * 2;
        canvas.height = image.height * 2;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        var save = document.createElement("a");
        save.href = canvas.toDataURL("image/png");
        save.download = link.dataset.png;
        save.click();
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    });
  }
  document.addEventListener("click", function (event) {
    var at = event.target.closest("button, summary, a");
    document.querySelectorAll("details.v-pop[open], details.v-how[open]").forEach(function (open) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    });
    if (!at) return;
    if (at.matches(".v-menu")) {
      var side = at.closest(".v-side"), isOpen = side.classList.toggle("v-open");
      at.setAttribute("aria-expanded", String(isOpen));
    } else if (at.matches("[data-close]")) {
      closeDetails(at.closest("details"));
    } else if (at.matches("[data-copy]")) {
      copied(at);
    } else if (at.matches("[data-swipe]")) {
      var box = document.getElementById(at.dataset.swipe);
      box.scrollBy({ left: box.clientWidth * 0.6, behavior: still ? "auto" : "smooth" });
    } else if (at.matches("[data-toggle-table]")) {
      var table = document.getElementById(at.dataset.toggleTable), shown = table.toggleAttribute("data-closed");
      at.setAttribute("aria-expanded", String(!shown));
    } else if (at.matches("button[name=theme]")) {
      event.preventDefault();
      theme(at);
    } else if (at.matches("[data-png]")) {
      event.preventDefault();
      asPng(at);
    } else if (at.matches("[data-back]")) {
      event.preventDefault();
      history.back();
    }
  });
  document.addEventListener("toggle", function (event) {
    if (event.target.matches && event.target.matches("details.v-how[open]")) event.target.querySelector(".v-how-panel").focus();
  }, true);
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.v-how[open], details.v-pop[open]");
    if (open) closeDetails(open);
    var side = document.querySelector(".v-side.v-open");
    if (side) side.querySelector(".v-menu").click();
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  // A part that takes the place of another (outerHTML) settles on an element that is gone.
  document.addEventListener("htmx:afterSettle", function () {
    drawAll();
    allEdges();
  });
  drawAll();
  allEdges();
})();

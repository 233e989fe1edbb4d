// Draws the plots with the colours of the scheme in use, and again when the scheme changes or the page is printed.
(function () {
  "use strict";
  var CONFIG = { responsive: true, displaylogo: false, displayModeBar: false };
  function coloured(value, style) {
    if (typeof value === "string") {
      return value.replace(/var\((--[\w-]+)\)/g, function (_, name) { return style.getPropertyValue(name).trim(); });
    }
    if (Array.isArray(value)) { return value.map(function (one) { return coloured(one, style); }); }
    if (value && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (key) { copy[key] = coloured(value[key], style); });
      return copy;
    }
    return value;
  }
  function draw(width) {
    var style = getComputedStyle(document.documentElement);
    document.querySelectorAll(".plot").forEach(function (place) {
      var plot = coloured(JSON.parse(document.getElementById(place.id + "-data").textContent), style);
      plot.layout.hoverlabel = { bgcolor: style.getPropertyValue("--card").trim(), font: { color: style.getPropertyValue("--ink").trim() } };
      if (width) { plot.layout.width = width; plot.layout.autosize = false; }
      Plotly.react(place, plot.data, plot.layout, CONFIG);
    });
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { draw(); });
  addEventListener("beforeprint", function () { document.documentElement.classList.add("print"); draw(680); });
  addEventListener("afterprint", function () { document.documentElement.classList.remove("print"); draw(); });
})();

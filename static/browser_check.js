// A classic script in the oldest JavaScript: it must run in browsers that cannot even read the page's modules. If the
// browser lacks what the page needs, one sentence takes the place of the page.
(function () {
  var able = "noModule" in document.createElement("script") && window.CSSLayerBlockRule && window.HTMLDialogElement &&
    window.AbortSignal && window.AbortSignal.timeout;
  if (able) return;
  var sentence = document.getElementById("too-old");
  sentence.parentNode.removeChild(sentence);
  sentence.removeAttribute("hidden");
  document.body.innerHTML = "";
  document.body.appendChild(sentence);
})();

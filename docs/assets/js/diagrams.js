/* Diagrams: Mermaid is six times as heavy as a page, so it is fetched when the first
   diagram comes near the screen. They are drawn into the page itself, so that their
   text can be selected and found, and coloured by variables, so that they follow the
   switch between light and dark. */
(() => {
  "use strict";
  const NEAR = "400px"; // So that a reader who scrolls finds the diagram drawn.
  const library = document.currentScript.dataset.library;
  const label = document.documentElement.lang.startsWith("zh") ? "图" : "Diagram";
  const style = getComputedStyle(document.body);

  const COLOURS = `
    .node rect, .node path, .node polygon, .entityBox, .actor, .labelBox {
      fill: var(--wb-diagram-box); stroke: var(--wb-diagram-line);
    }
    .row-rect-odd path, .row-rect-even path {fill: transparent;}
    .divider path, .actor-line {stroke: var(--wb-diagram-line);}
    .nodeLabel, .label, .labelText, .edgeLabel, .edgeLabel p, .messageText, .noteText,
    .noteText > tspan, text.actor, text.actor > tspan, .loopText {
      color: var(--wb-diagram-text); fill: var(--wb-diagram-text); stroke: none;
    }
    .edgeLabel, .edgeLabel p, .labelBkg {background-color: var(--wb-diagram-page);}
    .edgeLabel rect {fill: var(--wb-diagram-page); opacity: 1;}
    .note {fill: var(--wb-diagram-note); stroke: var(--wb-diagram-line);}
    .messageLine0, .messageLine1, .relationshipLine, .flowchart-link, .transition {
      stroke: var(--wb-diagram-line);
    }
    .marker, marker path, [id$="arrowhead"] path, [id$="crosshead"] path {
      fill: var(--wb-diagram-line) !important;
      stroke: var(--wb-diagram-line) !important;
    }
    [id$="crosshead"] path {fill: none !important;}
    marker circle {
      fill: var(--wb-diagram-page) !important;
      stroke: var(--wb-diagram-line) !important;
    }
    marker.er path, marker.er {fill: none !important;}
    circle.state-start {
      fill: var(--wb-diagram-line) !important;
      stroke: var(--wb-diagram-line) !important;
    }
  `;

  let fetched;
  const mermaid = () => {
    fetched ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library;
      script.addEventListener("load", () => resolve(window.mermaid));
      script.addEventListener("error", reject);
      document.head.append(script);
    }).then((found) => {
      found.initialize({
        startOnLoad: false,
        fontFamily: style.fontFamily,
        themeCSS: COLOURS,
        // Drawn at full size: a small screen scrolls, a wide one shrinks it by a third.
        er: { useMaxWidth: false },
        flowchart: { useMaxWidth: false },
        sequence: { useMaxWidth: false },
        state: { useMaxWidth: false },
      });
      return found;
    });
    return fetched;
  };

  const draw = async (source, number) => {
    const library = await mermaid();
    const { svg } = await library.render(`wb-diagram-${number}`, source.textContent);
    const figure = document.createElement("div");
    figure.className = "wb-diagram";
    figure.setAttribute("role", "group");
    figure.setAttribute("aria-label", label);
    figure.innerHTML = svg;
    const drawing = figure.firstElementChild;
    drawing.style.setProperty("--wb-width", `${drawing.viewBox.baseVal.width}px`);
    source.replaceWith(figure);
    // One who has no mouse scrolls with the keyboard.
    if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0;
  };

  // One after another: Mermaid measures in a corner of the page that they share.
  let queue = Promise.resolve();
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        queue = queue.then(() => draw(target, sources.indexOf(target)));
      }
    },
    { rootMargin: NEAR },
  );
  const sources = [...document.querySelectorAll("pre.diagram")];
  for (const source of sources) near.observe(source);
  // Paper has no near and far.
  addEventListener("beforeprint", () => {
    for (const source of sources) near.unobserve(source);
    for (const source of document.querySelectorAll("pre.diagram"))
      queue = queue.then(() => source.isConnected && draw(source, sources.indexOf(source)));
  });
})();

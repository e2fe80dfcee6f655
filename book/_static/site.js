// What every page of the site does: print on request, start in the search field, remember the questions solved,
// let the keyboard scroll what is too wide, lay out a long page in parts.
(() => {
  const PLACE = "tips-solved"; // names of questions answered right, in this browser alone

  function solved() {
    try { return new Set(JSON.parse(localStorage.getItem(PLACE)) ?? []); } catch { return new Set(); }
  }

  function keep(names) {
    try { localStorage.setItem(PLACE, JSON.stringify([...names])); } catch { /* the browser keeps nothing */ }
    show(names);
  }

  function show(names) {
    for (const quiz of document.querySelectorAll("tips-quiz")) quiz.toggleAttribute("data-solved", names.has(quiz.dataset.name));
    for (const place of document.querySelectorAll("[data-questions]")) {
      const asked = place.dataset.questions.split(" "), done = asked.filter(name => names.has(name)).length;
      place.textContent = `${done} of ${asked.length}`;
      const ring = place.closest(".ring"); // beside a chapter's name, in the sidebar
      ring?.toggleAttribute("hidden", !done);
      ring?.style.setProperty("--solved", done / asked.length);
    }
  }

  // The browser tells the size of a block when it lays it out; a question asked earlier would make it lay out all.
  const sizes = new ResizeObserver(blocks => {
    const wide = blocks.map(({target}) => target.scrollWidth > target.clientWidth);
    blocks.forEach(({target}, i) => { target.tabIndex = wide[i] ? 0 : -1; });
  });
  for (const block of document.querySelectorAll("pre, .cell_output > .output, .pst-scrollable-table-container")) sizes.observe(block);

  // The page stands; what lies further down is laid out now, a few sections at a time (see site.css).
  const sections = [...document.querySelectorAll("section.leaf")];
  const idle = window.requestIdleCallback ?? setTimeout;
  function layOut() {
    if (!sections.length) return document.documentElement.toggleAttribute("data-whole", true);
    for (let room = 500; room > 0 && sections.length;) {
      const section = sections.shift();
      section.style.contentVisibility = "visible";
      room -= section.getElementsByTagName("*").length;
    }
    requestAnimationFrame(() => requestAnimationFrame(() => idle(layOut))); // the frame with them stands
  }
  addEventListener("load", layOut);

  // A link to what stands in a fold opens it; not every browser does so by itself.
  function unfold() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target?.closest("details")) target.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  unfold();

  document.addEventListener("tips-answer", event => event.detail.right && keep(solved().add(event.target.dataset.name)));
  document.querySelector('[data-do="forget"]')?.addEventListener("click", () => keep(new Set()));
  for (const button of document.querySelectorAll('[data-do="print"]')) button.addEventListener("click", () => print());
  document.querySelector(".bd-search-container input")?.focus();
  show(solved());
})();

// What every page of the site does: print on request, start in the search field, remember the questions solved.
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
      const asked = place.dataset.questions.split(" ");
      place.textContent = `${asked.filter(name => names.has(name)).length} of ${asked.length}`;
    }
  }

  document.addEventListener("tips-answer", event => event.detail.right && keep(solved().add(event.target.dataset.name)));
  document.querySelector('[data-do="forget"]')?.addEventListener("click", () => keep(new Set()));
  for (const button of document.querySelectorAll('[data-do="print"]')) button.addEventListener("click", () => print());
  document.querySelector(".bd-search-container input")?.focus();
  show(solved());
})();

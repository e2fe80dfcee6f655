// Runs in the browser, on a page of the site without widgets: joins the articles of all pages into one document, in which
// links between pages lead from place to place.
async ({ parts, style }) => {
  const UNPRINTED = "script, .headerlink, .copybtn, details.hide, tips-quiz button, .controls"; // folded code too
  const names = parts.flatMap(part => part.pages);
  const place = name => name.replace(".html", "").replaceAll("/", "--");
  const contents = make("nav", { className: "book-contents" }, make("h1", {}, "Tips for Deep Learning"));
  const book = make("main");

  function make(tag, set = {}, ...inside) {
    const element = Object.assign(document.createElement(tag), set);
    element.append(...inside);
    return element;
  }

  function relink(link, here) {
    const to = new URL(link.getAttribute("href"), here), name = to.pathname.slice(1);
    if (to.origin !== location.origin) return;
    if (!names.includes(name)) return link.removeAttribute("href");
    link.setAttribute("href", `#${place(name)}${to.hash && "--" + decodeURIComponent(to.hash.slice(1))}`);
  }

  async function article(name) {
    const here = `${location.origin}/${name}`, text = await (await fetch(here)).text();
    const found = new DOMParser().parseFromString(text, "text/html").querySelector("article.bd-article");
    for (const unprinted of found.querySelectorAll(UNPRINTED)) unprinted.remove();
    for (const named of found.querySelectorAll("[id]")) if (!named.closest("svg")) named.id = `${place(name)}--${named.id}`;
    for (const fold of found.querySelectorAll("details")) fold.open = true;
    for (const link of found.querySelectorAll("a[href]")) relink(link, here);
    for (const image of found.querySelectorAll("img")) {
      Object.assign(image, { src: new URL(image.getAttribute("src"), here), loading: "eager" });
    }
    return make("section", { className: "kept", id: place(name) }, found);
  }

  for (const { caption, pages } of parts) {
    if (caption) contents.append(make("h2", {}, caption));
    for (const name of pages) {
      const section = await article(name), title = section.querySelector("h1").textContent;
      const number = make("span", { className: "number" }, "000");
      contents.append(make("a", { href: `#${place(name)}` }, make("span", {}, title), number));
      book.append(section);
    }
  }
  document.documentElement.dataset.theme = document.documentElement.dataset.mode = "light";
  document.title = "Tips for Deep Learning";
  document.body.replaceChildren(contents, book);
  document.head.append(make("style", { textContent: style }));
  await Promise.all([...document.images].map(image => image.decode()));
  await document.fonts.ready;
}

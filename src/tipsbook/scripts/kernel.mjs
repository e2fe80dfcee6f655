// With a kernel: puts an element of the page into the output of a cell, and tells Python what the reader does there.
// Python writes this behind the scripts of the element, and anywidget runs them as one module: tipsbook.elements.
export default {
  render({ model, el }) {
    const tell = (name, value) => { model.set(name, value); model.save_changes(); };
    const bring = () => el.firstElementChild.receive?.(model.get("pictures"));
    el.addEventListener("tips-answer", ({ target, detail }) => { if (detail.right) tell("solved", target.dataset.name); });
    el.addEventListener("tips-ask", ({ detail }) => { if (model.get("asked") === detail) bring(); else tell("asked", detail); });
    model.on("change:pictures", bring);
    // Keys belong to the control that has the focus: JupyterLab would move to another cell.
    el.addEventListener("focusin", ({ target }) => { target.dataset.lmSuppressShortcuts = ""; });
    el.innerHTML = model.get("html");
    return () => model.off("change:pictures", bring);
  },
};

// <tips-explore>: a figure that answers its controls, native ones that stand in the page. It draws the frame of the
// state that they are in. Python wrote it: tipsbook.explore.page.
customElements.define("tips-explore", class extends TipsFramed {
  get state() { // its number: the last control turns fastest
    return this.controls.reduce((index, c) => {
      if (c.type === "range") return index * (+c.max + 1) + +c.value;
      if (c.type === "checkbox") return index * 2 + +c.checked;
      return index * c.options.length + c.selectedIndex;
    }, 0);
  }

  show() {
    this.draw(this.querySelector(".picture"), this.state);
    this.querySelector(".say").textContent = this.data.say[this.state];
  }
});

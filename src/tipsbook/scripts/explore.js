// <tips-explore>: a figure that answers its controls, native ones that stand in the page. It draws the frame of the
// state that they are in, or asks a kernel for it. Buttons move the controls, an address of the page sets them. Python
// wrote it: tipsbook.explore.
(() => {
  if (customElements.get("tips-explore")) return; // a notebook runs this script for each figure

  const STEP = 60, MOST = 10; // milliseconds from one picture of a move to the next, pictures in a move
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // Texts as they stand in an address: 300-examples. Where two would be the same, the number of the second is added.
  const slugs = texts => texts
    .map(text => text.toLowerCase().replaceAll("−", "minus-").replace(/[^\p{L}\p{N}.]+/gu, "-").replace(/^-|-$/g, ""))
    .map((slug, i, all) => (all.indexOf(slug) === i ? slug : `${slug}-${i + 1}`));

  // A control in numbers: how many values it has, which it is at.
  const count = c => (c.type === "range" ? +c.max + 1 : c.type === "checkbox" ? 2 : c.options.length);
  const place = c => (c.type === "range" ? +c.value : c.type === "checkbox" ? +c.checked : c.selectedIndex);
  const put = (c, at) => {
    if (c.type === "range") c.value = at;
    else if (c.type === "checkbox") c.checked = at;
    else c.selectedIndex = at;
  };
  const texts = c => (c.type === "range" ? JSON.parse(c.dataset.texts)
    : c.type === "checkbox" ? ["off", "on"] : [...c.options].map(option => option.text));

  class Explore extends TipsFramed {
    connectedCallback() {
      if (this.controls) return;
      this.past = []; // where the controls were before each move
      this.buttons = [...this.querySelectorAll("[data-places]")];
      this.buttons.forEach(button => button.addEventListener("click", () => this.press(button)));
      this.undo = this.querySelector(".undo");
      this.undo?.addEventListener("click", () => this.back());
      this.link = this.querySelector(".link");
      super.connectedCallback();
      this.mark();
    }

    get places() { return this.controls.map(place); }
    get target() { return this.goal ?? this.places; } // of a move under way, or where the controls are
    get state() { // its number: the last control turns fastest
      return this.controls.reduce((index, c) => index * count(c) + place(c), 0);
    }

    changed(control) { // by hand, or by the browser, which remembers
      clearTimeout(this.timer);
      this.goal = undefined;
      this.past = [];
      super.changed(control);
      this.mark();
    }

    show() {
      const { state } = this;
      this.dataset.asked = state;
      if (!this.dataset.frames) return this.ask();
      this.draw(this.querySelector(".picture"), state);
      this.dataset.drawn = state;
      this.say(state, this.data.say[state]);
    }

    say(state, text) { // once, at the end of a move
      if (this.goal || state !== this.state) return;
      const room = this.querySelector(".room");
      if (text.length > room.dataset.longest.length) room.dataset.longest = text;
      this.querySelector(".say").textContent = text;
    }

    // With a kernel: one question at a time.
    ask() {
      if (this.waiting !== undefined || this.state === +this.dataset.drawn) return;
      this.waiting = this.state;
      this.dispatchEvent(new CustomEvent("tips-ask", { bubbles: true, detail: this.state }));
    }

    receive({ state, picture, say, error }) {
      if (state !== this.waiting) return; // another view of the notebook asked
      this.waiting = undefined;
      const place = this.querySelector(".picture");
      if (error) {
        place.innerHTML = '<p role="alert"><strong>This state could not be drawn.</strong> <span></span></p>';
        place.querySelector("span").textContent = error;
      } else this.draw(place, state, picture, say);
      this.dataset.drawn = state;
      this.say(state, say ?? "");
      if (state !== this.state) this.ask();
    }

    // Buttons.
    press(button) {
      const places = JSON.parse(button.dataset.places), now = this.target;
      if (this.meets(button)) return this.back();
      this.past.push(now);
      this.last = button;
      this.move(places.map((at, i) => at ?? now[i]));
    }

    back() {
      if (!this.past.length) return;
      if (document.activeElement === this.undo && this.past.length === 1) this.last.focus(); // the button goes
      this.move(this.past.pop());
    }

    meets(button) { return JSON.parse(button.dataset.places).every((at, i) => at === null || at === this.target[i]); }

    move(goal) { // in steps; what is no slider at once
      clearTimeout(this.timer);
      const from = this.places, sliders = this.controls.map(c => c.type === "range");
      const far = Math.max(1, ...goal.map((at, i) => (sliders[i] ? Math.abs(at - from[i]) : 0)));
      const steps = still.matches ? 1 : Math.min(far, MOST);
      let step = 0;
      this.goal = goal;
      this.mark();
      const go = () => {
        step += 1;
        if (step < steps) this.timer = setTimeout(go, STEP);
        else this.goal = undefined;
        this.set(goal.map((at, i) => (sliders[i] ? Math.round(from[i] + (at - from[i]) * step / steps) : at)));
      };
      go();
    }

    set(places) {
      this.controls.forEach((control, i) => { put(control, places[i]); this.read(control); });
      this.asked = true;
      if (this.data) this.show(); else this.load();
    }

    mark() { // which buttons are pressed, and the address
      for (const button of this.buttons) button.setAttribute("aria-pressed", this.meets(button));
      if (this.undo) this.undo.style.visibility = this.past.length ? "" : "hidden"; // its room stays
      if (!this.link) return;
      const number = [...document.querySelectorAll("tips-explore")].indexOf(this) + 1;
      const state = this.names.map((name, i) => `${name}=${slugs(texts(this.controls[i]))[this.target[i]]}`);
      this.link.setAttribute("href", encodeURI(`#${[`widget=${number}`, ...state].join("&")}`));
    }

    // Addresses.
    get names() { return slugs(this.controls.map(control => control.labels[0].querySelector("span").textContent)); }

    open(address) {
      const places = this.places;
      this.names.forEach((name, i) => {
        const at = slugs(texts(this.controls[i])).indexOf(address.get(name));
        if (at >= 0) places[i] = at;
      });
      clearTimeout(this.timer);
      this.goal = undefined;
      this.past = [];
      this.set(places);
      this.mark();
      this.scrollIntoView();
    }
  }

  customElements.define("tips-explore", Explore);

  const follow = () => {
    const address = new URLSearchParams(location.hash.slice(1));
    document.querySelectorAll("tips-explore")[address.get("widget") - 1]?.open(address);
  };
  addEventListener("hashchange", follow);
  follow();
})();

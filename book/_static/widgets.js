// The widgets of the static page: figures that answer their controls, and questions that answer back. No dependencies.
// Python wrote both: tipslib.explore and tipslib.quiz.
(() => {
  const waiting = new Map(); // key of a frame file -> the elements that asked for it

  // A frame file calls this with its pieces of SVG, the start frame, a patch per state, and a sentence per state.
  window.tipsFrames = (key, data) => {
    const elements = waiting.get(key) ?? [];
    waiting.set(key, { data });
    for (const element of elements) element.arrived(data);
  };

  class Explore extends HTMLElement {
    connectedCallback() {
      this.controls = [...this.querySelectorAll(".controls input, .controls select")];
      for (const control of this.controls) {
        control.addEventListener("input", () => this.changed(control));
        if (this.moved(control)) this.changed(control); // before this script was here
      }
      const near = new IntersectionObserver(([entry]) => {
        if (!entry.isIntersecting) return;
        near.disconnect();
        this.load();
      }, { rootMargin: "200%" });
      near.observe(this);
      this.addEventListener("focusin", () => this.load(), { once: true });
      this.addEventListener("pointerdown", () => this.load(), { once: true });
    }

    moved(control) {
      if (control.type === "range") return control.value !== control.defaultValue;
      if (control.type === "checkbox") return control.checked !== control.defaultChecked;
      return !(control.selectedOptions[0]?.defaultSelected ?? true);
    }

    load() {
      const key = this.dataset.frames;
      const known = waiting.get(key);
      if (this.data || known?.includes?.(this)) return;
      if (known?.data) return this.arrived(known.data);
      waiting.set(key, [...(known ?? []), this]);
      if (known) return;
      const script = document.createElement("script"); // fetch and modules fail on file://
      script.src = `frames/${key}.js`;
      script.onerror = () => { this.querySelector(".say").textContent = "The frames of this figure could not be loaded."; };
      document.head.append(script);
    }

    arrived(data) {
      this.data = data;
      this.toggleAttribute("data-ready", true);
      if (this.asked) this.show();
    }

    changed(control) {
      const texts = control.dataset.texts && JSON.parse(control.dataset.texts);
      if (texts) {
        control.setAttribute("aria-valuetext", texts[control.value]);
        control.parentElement.querySelector("output").textContent = texts[control.value];
      }
      this.asked = true; // before the frames are here, the last choice is drawn on their arrival
      if (this.data) this.show();
    }

    // The number of the state: the last control turns fastest.
    get state() {
      return this.controls.reduce((index, c) => {
        if (c.type === "range") return index * (+c.max + 1) + +c.value;
        if (c.type === "checkbox") return index * 2 + +c.checked;
        return index * c.options.length + c.selectedIndex;
      }, 0);
    }

    show() {
      const { pieces, base, frames, say } = this.data;
      const [whole, ...frame] = frames[this.state];
      const row = whole ? frame : base.slice();
      if (!whole) for (let i = 0; i < frame.length; i += 2) row[frame[i]] = frame[i + 1];
      this.querySelector(".picture").innerHTML = row.map(piece => pieces[piece]).join("");
      const svg = this.querySelector(".picture svg");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", say[this.state]);
      this.querySelector(".say").textContent = say[this.state];
    }
  }

  // A number as readers type it: 0.02, 2e-3, 2·10^-3, 1/4, 5 %. The same as _number in tipslib.quiz.
  const number = text => {
    const plain = text.trim().replaceAll("−", "-").replace(/\s/g, "").replace(",", ".")
      .replace(/(^|[·*×x])10(?:\^|\*\*)\(?(-?\d+)\)?$/, (_, times, power) => `${times ? "" : "1"}e${power}`);
    const found = plain.match(/^([-+]?[\d.]+(?:e[-+]?\d+)?)(?:\/([\d.]+))?(%?)$/i);
    return found ? +found[1] / +(found[2] ?? 1) / (found[3] ? 100 : 1) : NaN;
  };

  // Two digits, as the book's sentences have them: 0.31, 120, 6.2 × 10¹⁰. The same as short in tipslib.plotting.
  const short = value => {
    const [digits, power] = value.toExponential(1).split("e");
    if (-3 <= +power && +power <= 2) return String(+value.toPrecision(2));
    return `${digits} × 10${[...String(+power)].map(c => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
  };

  class Quiz extends HTMLElement {
    connectedCallback() {
      this.data = JSON.parse(this.querySelector("script").textContent);
      this.querySelector("form").addEventListener("submit", event => { event.preventDefault(); this.answer(); });
    }

    answer() {
      const { kind } = this.data;
      const field = this.querySelector(kind === "choose" ? "input:checked" : "input");
      const given = kind === "choose" ? +(field?.value ?? NaN) : number(field.value);
      if (!Number.isFinite(given)) {
        delete this.dataset.state;
        return this.say("", kind === "choose" ? "Choose an answer first." : "Type a number, such as 0.02 or 2e-3.");
      }
      const [right, reply] = kind === "choose" ? this.chosen(given) : this.estimated(given);
      this.dataset.state = right ? "right" : "wrong";
      this.say(right ? "Right." : "Not yet.", reply);
    }

    chosen(index) { return [index === this.data.right, this.data.options[index][1]]; }

    estimated(given) {
      const { options, right: answer, factor } = this.data;
      const right = given > 0 && Math.abs(Math.log(given / answer)) <= Math.log(factor) + 1e-9;
      const known = options.find(([number]) => Math.abs(given - number) <= 0.05 * number);
      if (known) return [right, known[1]];
      if (right) return [true, `Right: the answer is ${short(answer)}.`];
      if (given <= 0) return [false, "The answer is a number above 0."];
      const size = short(Math.max(given / answer, answer / given));
      return [false, `Too ${given > answer ? "large" : "small"}, by a factor of about ${size}. Try again.`];
    }

    say(verdict, reply) {
      const strong = Object.assign(document.createElement("strong"), { textContent: verdict });
      this.querySelector(".reply").replaceChildren(strong, " ", reply);
    }
  }

  customElements.define("tips-explore", Explore);
  customElements.define("tips-quiz", Quiz);
})();

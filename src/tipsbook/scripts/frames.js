// Frames: the pictures of a figure, one for each of its states, joined from pieces of SVG. What explore.js and clinic.js
// share. Python packed them: tipsbook.explore.page. On the page they come in one file, when the figure is near.
(() => {
  const waiting = new Map(); // key of a file -> the elements that asked for it, then its data

  // A file of frames calls this with its pieces of SVG, the start frame, a patch per state, and a sentence per state.
  window.tipsFrames = (key, data) => {
    const elements = waiting.get(key) ?? [];
    waiting.set(key, { data });
    for (const element of elements) element.arrived(data);
  };

  window.TipsFramed = class extends HTMLElement {
    connectedCallback() {
      if (this.controls) return; // JupyterLab may detach an output and attach it again
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
      const key = this.dataset.frames, own = this.querySelector(":scope > script"), known = waiting.get(key);
      if (this.data || known?.includes?.(this)) return;
      if (own) return this.arrived(JSON.parse(own.textContent));
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

    read(control) { // says what a slider is at, where its thumb is
      const texts = control.dataset.texts && JSON.parse(control.dataset.texts);
      if (!texts) return;
      control.setAttribute("aria-valuetext", texts[control.value]);
      control.parentElement.querySelector("output").textContent = texts[control.value];
      control.parentElement.style.setProperty("--at", control.value / Math.max(control.max, 1));
    }

    changed(control) {
      this.read(control);
      this.asked = true; // before the frames are here, the last choice is drawn on their arrival
      if (this.data) this.show();
    }

    picture(state) {
      const { pieces, base, frames } = this.data;
      const [whole, ...frame] = frames[state];
      const row = whole ? frame : base.slice();
      if (!whole) for (let i = 0; i < frame.length; i += 2) row[frame[i]] = frame[i + 1];
      return row.map(piece => pieces[piece]).join("");
    }

    draw(place, state, picture = this.picture(state), said = this.data.say[state]) {
      place.innerHTML = picture;
      const svg = place.querySelector("svg");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", said);
    }
  };
})();

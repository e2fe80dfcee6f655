// <tips-sculptor>: a Maxout unit of one input, whose lines are dragged. It computes, says and draws here, on the page and
// with a kernel, from presets that stand in the element. Python checked them and drew what stands there until this script
// runs: tipsbook.sculptor. Tests hold what it computes against tipslib.layers.Maxout.
(() => {
  if (customElements.get("tips-sculptor")) return; // a notebook runs this script for each sculptor

  const REACH = 2, LOW = -3, HIGH = 4.5, STEEP = 3, STEP = 40; // inputs, outputs shown, slopes and offsets, steps in 1
  const LEFT = 30, RIGHT = 350, TOP = 8, BOTTOM = 218; // of the frame, in a drawing of 360 by 270
  const DASHES = ["none", "7 3", "7 3 2 3", "2 3", "12 3 2 3 2 3"];
  const across = x => 190 + 80 * x, down = y => 134 - 28 * y;
  const tenth = value => String(Math.floor(value * 10 + 0.5) / 10);
  const spell = value => String(+(Math.floor(value * 1000 + 0.5) / 1000).toFixed(3)).replace("-", "−");
  const snap = (value, reach = STEEP) => Math.round(Math.min(reach, Math.max(-reach, value)) * STEP) / STEP;
  const upTo = (low, high) => Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const set = (part, values) => Object.entries(values).forEach(([name, value]) => part.setAttribute(name, value));
  const make = (tag, values, ...inside) => {
    const made = Object.assign(document.createElement(tag), values);
    made.append(...inside);
    return made;
  };
  let count = 0; // of drawings: their ids differ

  // What is drawn. Each line has a slot with all its parts, so moving never adds one.
  const frame = () => [
    ...upTo(-2, 2).map(x => `<text x="${across(x)}" y="238" text-anchor="middle">${spell(x)}</text>`
      + `<line x1="${across(x)}" x2="${across(x)}" y1="${TOP}" y2="${BOTTOM}"></line>`),
    ...upTo(-3, 4).map(y => `<text x="25" y="${down(y) + 3.5}" text-anchor="end">${spell(y)}</text>`
      + `<line x1="${LEFT}" x2="${RIGHT}" y1="${down(y)}" y2="${down(y)}"></line>`),
    '<text x="190" y="267" text-anchor="middle">input x; the strip says which line is on top</text>',
  ].join("");
  const slot = (colour, i) => `<g class="slot" stroke="${colour}" fill="${colour}">
    <line class="piece" stroke-dasharray="${DASHES[i]}"></line><text class="number" stroke="none"></text>
    <line class="strip" stroke-width="5"></line><circle class="dot" r="4.5" stroke-width="1.6"></circle>
    <line class="grab" data-grab="${i}" stroke-opacity="0" stroke-width="18"></line></g>`;
  const parabola = upTo(-20, 20).map(i => `${tenth(across(i / 10))},${tenth(down(i * i / 100))}`).join(" ");
  const drawing = (colours, grey, id) => `<svg viewBox="0 0 360 270" role="img" style="font-size: calc(11.5px * var(--text, 1))">
    <clipPath id="${id}"><rect x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}"></rect></clipPath>
    <g class="frame" stroke-width="0.5">${frame()}</g><g clip-path="url(#${id})" fill="none">
    <polyline class="parabola" points="${parabola}" stroke="${grey}" stroke-width="2" stroke-dasharray="1 3"></polyline>
    <polyline class="top" stroke="currentColor" stroke-width="4" stroke-opacity="0.75"></polyline></g>
    ${colours.map(slot).join("")}
    <line class="at" y1="${TOP}" y2="${BOTTOM}" stroke="currentColor" stroke-dasharray="3 3"></line>
    <circle class="handle" data-grab="x" cy="${BOTTOM}" r="7" fill="currentColor"></circle>
    <circle class="handle turn" data-grab="left" r="7"></circle><circle class="handle turn" data-grab="right" r="7"></circle></svg>`;

  class Sculptor extends HTMLElement {
    connectedCallback() {
      if (this.presets) return; // JupyterLab may detach an output and attach it again
      const data = this.querySelector("script");
      Object.assign(this, JSON.parse(data.textContent));
      this.build(data);
      this.hand.addEventListener("input", () => { this.held = this.hand.selectedIndex; this.show(); });
      for (const slider of [this.first, this.second]) slider.addEventListener("input", () => this.slid());
      this.picture.addEventListener("pointerdown", event => this.grab(event));
      this.picture.addEventListener("pointermove", event => this.drag(event));
      const still = event => event.target.dataset.grab !== undefined && event.preventDefault(); // or the page would scroll
      this.picture.addEventListener("touchstart", still, { passive: false });
      for (const end of ["pointerup", "pointercancel"]) this.picture.addEventListener(end, () => { this.grabbed = null; });
      this.begin(0);
      this.toggleAttribute("data-ready", true);
    }

    // Puts controls, drawing and sentence in the place of the start picture.
    build(data) {
      const buttons = this.presets.map(({ name }, i) => make("button", { type: "button", textContent: name, onclick: () => this.begin(i) }));
      this.buttons = make("div", { className: "tries" }, make("span", { textContent: "Start from" }), ...buttons);
      set(this.buttons, { role: "group", "aria-label": "Start from" });
      this.hand = make("select", { autocomplete: "off" });
      [this.first, this.second] = [0, 1].map(() => make("input", { type: "range", min: 0, max: 2 * STEEP * STEP, autocomplete: "off" }));
      const label = (text, ...inside) => make("label", {}, make("span", { textContent: text }), " ", ...inside);
      const controls = [label("in hand", this.hand), label("slope", this.first, make("output")), label("offset", this.second, make("output"))];
      this.picture = make("div", { className: "picture", innerHTML: drawing(this.colours, this.grey, `tips-sculptor-${++count}`) });
      this.said = make("p", { className: "say" });
      set(this.said, { "aria-live": "polite" });
      this.room = make("div", { className: "room" }, this.said);
      this.replaceChildren(data, make("div", { className: "controls" }, ...controls), this.picture, this.room, this.buttons);
      this.room.dataset.longest = this.presets.map((_, i) => { this.begin(i); return this.sentence; })
        .reduce((longest, said) => (said.length > longest.length ? said : longest));
    }

    begin(index) {
      const { lines, minus, parabola } = this.presets[index];
      Object.assign(this, { lines: lines.map(line => [...line]), minus, parabola, held: 0 });
      this.hand.replaceChildren(...lines.map((_, i) => new Option(`line ${i + 1}`)), new Option("the input x"));
      this.buttons.querySelectorAll("button").forEach((button, i) => button.setAttribute("aria-pressed", i === index));
      this.show();
    }

    // What the unit computes.
    get groups() {
      const numbers = this.lines.map((_, i) => i), plus = this.lines.length - this.minus;
      return this.minus ? [numbers.slice(0, plus), numbers.slice(plus)] : [numbers];
    }
    height(i, x) { return x * this.lines[i][0] + this.lines[i][1]; }
    winners(x) { // the first of the largest
      return this.groups.map(group => group.reduce((best, i) => (this.height(i, x) > this.height(best, x) ? i : best)));
    }
    value(x) {
      const [plus, minus] = this.winners(x).map(i => this.height(i, x));
      return minus === undefined ? plus : plus - minus;
    }
    get bends() {
      const found = new Set([-REACH, REACH]);
      for (const group of this.groups) for (const i of group) for (const j of group.filter(j => j > i)) {
        const [[w, b], [v, c]] = [this.lines[i], this.lines[j]];
        if (w !== v && Math.abs((c - b) / (w - v)) < REACH) found.add((c - b) / (w - v));
      }
      return [...found].sort((a, b) => a - b);
    }
    get ranges() { // from where to where each line is on top; null for a dead piece
      const found = this.lines.map(() => null), bends = this.bends;
      for (let k = 1; k < bends.length; k++) {
        for (const i of this.winners((bends[k - 1] + bends[k]) / 2)) found[i] = [found[i]?.[0] ?? bends[k - 1], bends[k]];
      }
      return found;
    }
    get distance() { // to x squared
      const [plus, minus] = this.groups.map(group => group.map(i => this.lines[i][0]));
      const slopes = minus ? plus.flatMap(w => minus.map(v => w - v)) : plus;
      const parallel = slopes.map(slope => slope / 2).filter(x => Math.abs(x) < REACH);
      return Math.max(...[...this.bends, ...parallel].map(x => Math.abs(this.value(x) - x * x)));
    }

    // What it says.
    get sentence() {
      const { x, held, lines } = this, at = spell(x), [first, second] = this.winners(x);
      const hand = held === lines.length ? "The input is in hand."
        : `Line ${held + 1} has slope ${spell(lines[held][0])} and offset ${spell(lines[held][1])}.`;
      const onTop = second === undefined
        ? `At x = ${at} line ${first + 1} is on top: h = ${spell(this.value(x))}. It gets all of the gradient, the others nothing.`
        : `At x = ${at} lines ${first + 1} and ${second + 1} are on top: h = ${spell(this.height(first, x))} − `
          + `(${spell(this.height(second, x))}) = ${spell(this.value(x))}. `
          + `Line ${first + 1} gets the gradient, line ${second + 1} its negative, the others nothing.`;
      const shares = this.ranges.map((range, i) => `line ${i + 1} ` + (range
        ? `${Math.floor(100 * (range[1] - range[0]) / (2 * REACH) + 0.5)} %` : "nowhere"));
      const error = this.parabola ? ` Largest distance to x²: ${spell(this.distance)}.` : "";
      return `${hand} ${onTop} On top between −2 and 2: ${shares.join(", ")}.${error}`;
    }

    // How it looks.
    show() {
      const { lines, held, x, bends } = this, one = name => this.picture.querySelector(name), at = tenth(across(x));
      this.picture.querySelectorAll(".slot").forEach((slot, i) => this.showLine(slot, i));
      set(one(".top"), { points: bends.map(a => `${tenth(across(a))},${tenth(down(this.value(a)))}`).join(" ") });
      set(one(".parabola"), { visibility: this.parabola ? "visible" : "hidden" });
      set(one(".at"), { x1: at, x2: at });
      set(one("[data-grab=x]"), { cx: at });
      const inHand = held < lines.length, ends = inHand ? this.inset(...this.ends(...lines[held])) : [[0, 0], [0, 0]];
      this.picture.querySelectorAll(".turn").forEach((handle, i) => set(handle, {
        cx: tenth(across(ends[i][0])), cy: tenth(down(ends[i][1])),
        fill: this.colours[held] ?? "none", visibility: inHand ? "visible" : "hidden",
      }));
      this.showControls();
      set(one("svg"), { "aria-label": this.sentence });
      this.said.textContent = this.sentence;
    }

    showLine(slot, i) {
      const used = i < this.lines.length, part = name => slot.querySelector(name);
      set(slot, { visibility: used ? "visible" : "hidden" });
      const [w, b] = this.lines[i] ?? [0, 0], [[x1, y1], [x2, y2]] = this.ends(w, b), y = this.x * w + b;
      const [low, high] = this.ranges[i] ?? [0, 0], minus = used && i >= this.lines.length - this.minus, row = minus ? 251 : 245;
      const place = { x1: tenth(across(x1)), y1: tenth(down(y1)), x2: tenth(across(x2)), y2: tenth(down(y2)) };
      set(part(".piece"), { ...place, "stroke-width": i === this.held ? 3 : 1.6 });
      set(part(".grab"), place);
      set(part(".number"), { x: tenth(across(x2) - 9), y: tenth(Math.max(down(y2) - 5, 17)) });
      part(".number").textContent = `${minus ? "−" : ""}${i + 1}`;
      set(part(".strip"), { x1: tenth(across(low)), x2: tenth(across(high)), y1: row, y2: row });
      set(part(".dot"), {
        cx: tenth(across(this.x)), cy: tenth(down(y)), "fill-opacity": +(used && this.winners(this.x).includes(i)),
        visibility: used && LOW <= y && y <= HIGH ? "visible" : "hidden",
      });
    }

    showControls() {
      const ofInput = this.held === this.lines.length, [slope, offset] = this.lines[this.held] ?? [this.x, 0];
      this.hand.selectedIndex = this.held;
      this.first.parentElement.querySelector("span").textContent = ofInput ? "input x" : "slope";
      this.first.min = ofInput ? (STEEP - REACH) * STEP : 0; // the sliders count the steps of the grid, which begins at -3
      this.first.max = ofInput ? (STEEP + REACH) * STEP : 2 * STEEP * STEP;
      this.second.parentElement.hidden = ofInput;
      for (const [slider, value] of [[this.first, slope], [this.second, offset]]) {
        slider.value = Math.round((value + STEEP) * STEP);
        slider.setAttribute("aria-valuetext", spell(value));
        slider.parentElement.querySelector("output").textContent = spell(value);
        slider.parentElement.style.setProperty("--at", (slider.value - slider.min) / (slider.max - slider.min));
      }
    }

    ends(w, b) { // where a line enters and leaves the drawing
      if (w === 0) return [[-REACH, b], [REACH, b]];
      const [from, to] = [(LOW - b) / w, (HIGH - b) / w].sort((a, b) => a - b);
      const [low, high] = [Math.max(-REACH, from), Math.min(REACH, to)];
      return [[low, w * low + b], [high, w * high + b]];
    }

    inset([a, b], [c, d]) { // the places of the handles, where they hide neither numbers nor ticks
      return [[a + 0.08 * (c - a), b + 0.08 * (d - b)], [c - 0.08 * (c - a), d - 0.08 * (d - b)]];
    }

    // How it moves.
    slid() {
      const [a, b] = [this.first, this.second].map(slider => slider.value / STEP - STEEP);
      if (this.held === this.lines.length) this.x = snap(a, REACH); else this.lines[this.held] = [snap(a), snap(b)];
      this.show();
    }

    grab(event) {
      const { grab } = event.target.dataset;
      if (grab === undefined) return;
      event.preventDefault();
      this.picture.setPointerCapture(event.pointerId);
      const [, y] = this.place(event), turning = grab === "left" || grab === "right";
      if (!turning) this.held = grab === "x" ? this.lines.length : +grab;
      const line = this.lines[this.held];
      this.grabbed = { grab, y, line: line && [...line], pivot: turning && this.inset(...this.ends(...line))[grab === "left" ? 1 : 0] };
      this.show();
    }

    drag(event) {
      if (!this.grabbed) return;
      const [x, y] = this.place(event), { grab, line, pivot } = this.grabbed;
      if (grab === "x") this.x = snap(x, REACH);
      else if (pivot) { // turn about the other end
        if (Math.abs(x - pivot[0]) < 0.05) return;
        const slope = snap((y - pivot[1]) / (x - pivot[0]));
        this.lines[this.held] = [slope, snap(pivot[1] - slope * pivot[0])];
      } else this.lines[this.held] = [line[0], snap(line[1] + y - this.grabbed.y)];
      this.show();
    }

    place(event) { // of a pointer, in inputs and outputs
      const box = this.picture.querySelector("svg").getBoundingClientRect(), scale = 360 / box.width;
      return [((event.clientX - box.left) * scale - 190) / 80, (134 - (event.clientY - box.top) * scale) / 28];
    }
  }

  customElements.define("tips-sculptor", Sculptor);
})();

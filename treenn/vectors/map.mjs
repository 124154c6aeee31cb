// The map of a page by `treenn vectors map`: points at positions of 0 to 1, with zoom, search, legend and keyboard.

const SVG = "http://www.w3.org/2000/svg";
const data = JSON.parse(document.getElementById("data").textContent);
const [plot, marks, names, tip, query, hits, status, stage] = ["plot", "marks", "names", "tip", "query", "hits", "status", "stage"]
  .map(id => document.getElementById(id));
const points = data.points.map(([x, y, text, kind, label, predicted], index) => ({ x, y, text, kind, label, predicted, index }));
const key = points.some(point => point.label >= 0) ? "label" : "predicted";  // the class that decides the colour
const hidden = { classes: new Set(), kinds: new Set() };
const view = { x: 0.5, y: 0.5, scale: 1 };  // the center, and the magnification
let current = null, found = new Set(), size = { width: 1, height: 1, unit: 1, mark: 1 };

const colour = label => label < 0 ? data.colours.at(-1) : data.colours[label];
const isShown = point => !hidden.classes.has(point[key]) && !hidden.kinds.has(point.kind);
const extent = { x: Math.max(...points.map(point => point.x)), y: Math.max(...points.map(point => point.y)) };

// the longer side of the map along that of the window
function transpose() {
  for (const each of [...points, extent, view]) [each.x, each.y] = [each.y, each.x];
}

function element(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return parent.appendChild(made);
}

function shape(kind, label, parent) {
  const fill = colour(label);
  if (kind === "sentence") return element("path", { d: "M0-6 6 0 0 6-6 0Z", fill, class: "mark" }, parent);
  return element("circle", { r: 4.5, fill, class: "mark" }, parent);
}

// position of a point in pixels
const left = point => size.width / 2 + (point.x - view.x) * size.unit * view.scale;
const top = point => size.height / 2 + (point.y - view.y) * size.unit * view.scale;
const inside = point => left(point) > -9 && left(point) < size.width + 9 && top(point) > -9 && top(point) < size.height + 9;

function draw() {
  for (const point of points) {
    const shown = isShown(point);
    point.mark.style.display = shown ? "" : "none";
    point.mark.setAttribute("transform", `translate(${left(point).toFixed(1)} ${top(point).toFixed(1)}) scale(${size.mark})`);
    point.mark.classList.toggle("faint", found.size > 0 && !found.has(point) && point !== current);
    point.mark.classList.toggle("hit", found.has(point));
    point.mark.classList.toggle("here", point === current);
  }
  if (current) marks.append(current.mark);
  drawNames();
  drawTip();
}

// names of points, in their order, where there is room
function drawNames() {
  names.replaceChildren();
  const taken = [], first = found.size ? [...found] : points, most = Math.min(80, size.width * size.height / 9000);
  for (const point of first) {
    if (taken.length >= most) break;
    if (!isShown(point) || !inside(point) || point === current) continue;
    const text = point.text.length > 22 ? `${point.text.slice(0, 21)}…` : point.text;
    const box = { x: left(point) + 8, y: top(point) - 8, width: 6.6 * text.length, height: 16 };
    if (box.x + box.width > size.width) box.x = left(point) - 8 - box.width;
    const free = other => box.x > other.x + other.width + 4 || other.x > box.x + box.width + 4 || Math.abs(box.y - other.y) > 17;
    if (box.x < 0 || !taken.every(free)) continue;
    taken.push(box);
    const name = element("text", { x: box.x, y: box.y + 12, class: "name" }, names);
    name.textContent = text;
  }
}

const className = label => label < 0 ? "no class" : data.classes[label];

function lines(point) {
  const kind = data.kinds[point.kind].replace(/s$/, "");
  const described = data.classes.length && point.label >= 0 ? `${kind}, class: ${className(point.label)}` : kind;
  return point.predicted < 0 ? [described] : [described, `predicted: ${className(point.predicted)}`];
}

function drawTip() {
  tip.hidden = !current || !inside(current) || !isShown(current);
  if (tip.hidden) return;
  const text = document.createElement("strong"), rest = lines(current).map(line => {
    const made = document.createElement("span");
    made.textContent = line;
    return made;
  });
  text.textContent = current.text.length > 400 ? `${current.text.slice(0, 399)}…` : current.text;
  tip.replaceChildren(text, ...rest);
  const box = tip.getBoundingClientRect(), x = left(current), y = top(current);
  const below = y + 14 + box.height < size.height;
  tip.style.left = `${Math.max(8, Math.min(x - box.width / 2, size.width - box.width - 8))}px`;
  tip.style.top = `${Math.max(8, below ? y + 14 : y - 14 - box.height)}px`;
}

function select(point, { say = false, center = false } = {}) {
  current = point;
  if (point && (center || !inside(point))) Object.assign(view, { x: point.x, y: point.y });
  if (say) status.textContent = point ? [point.text, ...lines(point)].join(", ") : "";
  draw();
}

function zoom(factor, x = size.width / 2, y = size.height / 2) {
  const scale = Math.min(60, Math.max(0.8, view.scale * factor));
  const shift = (1 / view.scale - 1 / scale) / size.unit;
  Object.assign(view, { x: view.x + (x - size.width / 2) * shift, y: view.y + (y - size.height / 2) * shift, scale });
  draw();
}

function showAll() {
  Object.assign(view, { x: extent.x / 2, y: extent.y / 2, scale: 1 });
  draw();
}

// the nearest shown point in a direction; distances across the direction count double
function neighbour(dx, dy) {
  if (!current) return nearest(size.width / 2, size.height / 2, Infinity);
  let best = null, least = Infinity;
  for (const point of points) {
    const x = point.x - current.x, y = point.y - current.y, along = x * dx + y * dy, across = Math.abs(x * dy - y * dx);
    if (point === current || !isShown(point) || along <= 0 || across > 2 * along) continue;
    if (along + 2 * across < least) [best, least] = [point, along + 2 * across];
  }
  return best ?? current;
}

function nearest(x, y, limit) {
  let best = null, least = limit;
  for (const point of points) {
    const distance = Math.hypot(left(point) - x, top(point) - y);
    if (isShown(point) && distance < least) [best, least] = [point, distance];
  }
  return best;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

plot.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in ARROWS) select(neighbour(...ARROWS[event.key]), { say: true });
  else if (event.key === "+" || event.key === "=") current ? zoomAt(1.5) : zoom(1.5);
  else if (event.key === "-" || event.key === "−") current ? zoomAt(1 / 1.5) : zoom(1 / 1.5);
  else if (event.key === "0") showAll();
  else if (event.key === "Escape") select(null, { say: true });
  else return;
  event.preventDefault();
});
const zoomAt = factor => zoom(factor, left(current), top(current));
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.target === query) return;
  event.preventDefault();
  query.focus();
});
plot.addEventListener("focus", () => {
  if (!current && plot.matches(":focus-visible")) select(nearest(size.width / 2, size.height / 2, Infinity), { say: true });
});

// mouse, pen and fingers
const pointers = new Map();
const at = event => [event.clientX - plot.getBoundingClientRect().left, event.clientY - plot.getBoundingClientRect().top];
const spread = () => {
  const [a, b] = [...pointers.values()];
  return { distance: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
};
plot.addEventListener("pointerdown", event => {
  pointers.set(event.pointerId, at(event));
  plot.setPointerCapture(event.pointerId);
  const point = nearest(...at(event), 14);
  if (point) select(point, { say: true });
});
plot.addEventListener("pointermove", event => {
  const last = pointers.get(event.pointerId);
  if (!last) {
    const point = nearest(...at(event), 12);
    if (point && point !== current) select(point);
    return;
  }
  const before = pointers.size === 2 ? spread() : null, now = at(event);
  pointers.set(event.pointerId, now);
  if (before) {
    const after = spread();
    zoom(after.distance / before.distance, after.x, after.y);
  } else {
    view.x -= (now[0] - last[0]) / size.unit / view.scale;
    view.y -= (now[1] - last[1]) / size.unit / view.scale;
    draw();
  }
});
for (const name of ["pointerup", "pointercancel"]) plot.addEventListener(name, event => pointers.delete(event.pointerId));
plot.addEventListener("wheel", event => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), ...at(event));
}, { passive: false });
document.getElementById("in").addEventListener("click", () => zoom(1.5));
document.getElementById("out").addEventListener("click", () => zoom(1 / 1.5));
document.getElementById("all").addEventListener("click", showAll);

// search
let listed = [], chosen = -1;
function search() {
  const wanted = query.value.trim().toLowerCase();
  const texts = wanted ? points.filter(point => isShown(point) && point.text.toLowerCase().includes(wanted)) : [];
  const rank = point => point.text.toLowerCase() === wanted ? 0 : point.text.toLowerCase().startsWith(wanted) ? 1 : 2;
  texts.sort((a, b) => rank(a) - rank(b) || a.index - b.index);
  found = new Set(texts);
  [listed, chosen] = [texts.slice(0, 30), -1];
  hits.replaceChildren(...listed.map((point, number) => {
    const item = document.createElement("li");
    Object.assign(item, { id: `hit-${number}`, textContent: point.text, title: point.text });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.addEventListener("pointerdown", event => { event.preventDefault(); choose(number, true); });
    return item;
  }));
  if (wanted && !texts.length) {
    const none = document.createElement("li");
    Object.assign(none, { className: "none", textContent: "Nothing found" });
    hits.append(none);
  }
  open(Boolean(wanted));
  status.textContent = wanted ? `${texts.length} found` : "";
  draw();
}
function open(wanted) {
  hits.hidden = !wanted;
  query.setAttribute("aria-expanded", String(wanted));
}
function choose(number, close) {
  chosen = number;
  [...hits.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === number)));
  hits.children[number].scrollIntoView({ block: "nearest" });
  query.setAttribute("aria-activedescendant", `hit-${number}`);
  select(listed[number], { say: close, center: true });
  if (close) {
    open(false);
    plot.focus();
  }
}
query.addEventListener("input", search);
query.addEventListener("keydown", event => {
  if (event.key === "ArrowDown" && listed.length) choose((chosen + 1) % listed.length, false);
  else if (event.key === "ArrowUp" && listed.length) choose((chosen + listed.length - 1) % listed.length, false);
  else if (event.key === "Enter" && listed.length) choose(Math.max(chosen, 0), true);
  else if (event.key === "Escape") { query.value = ""; search(); }
  else return;
  event.preventDefault();
});
query.addEventListener("blur", () => open(false));
query.addEventListener("focus", () => { if (query.value.trim()) search(); });

// legend
function toggle(group, value, text, kind, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  shape(kind, label, element("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true" }, button));
  button.append(text);
  button.addEventListener("click", () => {
    hidden[group].has(value) ? hidden[group].delete(value) : hidden[group].add(value);
    button.setAttribute("aria-pressed", String(!hidden[group].has(value)));
    draw();
  });
  document.getElementById(group).append(button);
}
if (data.classes.length) {
  const labels = data.classes.map((_, label) => label);
  if (points.some(point => point[key] < 0)) labels.push(-1);
  for (const label of labels) {
    const count = points.filter(point => point[key] === label).length;
    toggle("classes", label, `${className(label)} (${count})`, "word", label);
  }
}
if (Object.keys(data.kinds).length > 1) {
  for (const [kind, name] of Object.entries(data.kinds)) {
    toggle("kinds", kind, `${name} (${points.filter(point => point.kind === kind).length})`, kind, -1);
  }
}

for (const point of points) point.mark = shape(point.kind, point[key], marks);
new ResizeObserver(() => {
  const box = stage.getBoundingClientRect();
  if ((box.height > box.width) !== (extent.y > extent.x)) transpose();
  const unit = Math.min((box.width - 40) / Math.max(extent.x, 0.01), (box.height - 40) / Math.max(extent.y, 0.01));
  size = { width: box.width - 2, height: box.height - 2, unit, mark: box.width < 600 ? 0.7 : 1 };
  draw();
}).observe(stage);
showAll();

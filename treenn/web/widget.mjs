/** The widget of `treenn.TreeEditor` in notebooks: a host of tree.mjs by the protocol of anywidget. */

import { TreeSession, TreeView, toFlat } from "./tree.mjs";

const PATIENCE = 60_000;

/** Ask Python for the states of nodes; rejected without a kernel, or after an error there. */
function makeRecompute(model) {
  const waiting = new Map();
  let last = 0;
  const receive = ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(answer);
  };
  model.on("msg:custom", receive);
  const recompute = ({ words, merges }, nodes) =>
    new Promise((resolve, reject) => {
      const id = `${crypto.randomUUID?.() ?? Math.random()} ${++last}`;
      waiting.set(id, { resolve, reject });
      setTimeout(() => receive({ id, error: "Python does not answer; is the kernel running?" }), PATIENCE);
      model.send({ id, words, merges, nodes });
    });
  return { recompute, stop: () => model.off("msg:custom", receive) };
}

const shapeOf = ({ words, merges }) => JSON.stringify([words, merges]);

/** Show the tree of a model of anywidget in an element; the result removes it. */
export function render({ model, el }) {
  const { recompute, stop } = makeRecompute(model);
  const session = new TreeSession({
    scales: [model.get("scale")],
    recompute: model.get("has_model") ? recompute : null,
  });
  session.load(model.get("tree"));
  el.classList.add("tn-widget");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // keys of JupyterLab
  const keep = (event) => event.stopPropagation(); // keys of other notebooks
  el.addEventListener("keydown", keep);
  const view = new TreeView(el, session, { label: "Editable tree", linkBase: false });

  /** Send the edited tree, whose remaining labels Python keeps if it has no model. */
  const send = ({ kind }) => {
    if (!["edit", "undo", "redo"].includes(kind)) return;
    const { words, merges, nodes } = toFlat(session.root);
    const labels = nodes.map((node) => session.state(node)?.label ?? null);
    model.set("tree", { words, merges, labels });
    model.save_changes();
  };
  /** Show a tree that Python or another view has set. */
  const receive = () => {
    const tree = model.get("tree");
    if (shapeOf(tree) !== shapeOf(toFlat(session.root))) session.load(tree);
  };
  const unsubscribe = session.subscribe(send);
  model.on("change:tree", receive);
  return () => {
    stop();
    unsubscribe();
    model.off("change:tree", receive);
    el.removeEventListener("keydown", keep);
    view.destroy();
  };
}

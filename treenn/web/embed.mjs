/**
 * Static pictures of trees in a page, replaced by interactive ones of tree.mjs.
 *
 * An element with `data-tree`, the JSON `{tree, scales, label}`, contains the picture, which remains without JavaScript.
 * Its tree is drawn when it is first visible, so that closed parts of a page cost nothing. Elements of the class
 * `tree-keys` are shown: they describe the keys.
 */

import { TreeSession, TreeView, element } from "./tree.mjs";

function embed(host) {
  const { tree, scales, label } = JSON.parse(host.dataset.tree);
  const session = new TreeSession({ scales });
  session.load(tree);
  const place = element("div", { class: "tree-live" });
  host.previousElementSibling?.classList.contains("cue") && host.previousElementSibling.remove();
  host.replaceWith(place);
  return new TreeView(place, session, { editable: false, toolbar: false, label });
}

const watch = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watch.unobserve(target);
    embed(target);
  }
});

for (const host of document.querySelectorAll("[data-tree]")) watch.observe(host);
for (const note of document.querySelectorAll(".tree-keys")) note.hidden = false;

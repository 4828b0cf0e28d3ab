// SPDX-License-Identifier: MIT
/*
 * The slab caches: a card for each, in it its slabs, in those a square for each object:
 * full colour when it is allocated, half when it waits in a CPU's array, an outline when
 * it is on the slab's own list. Those with most pages come first. Pointing at an object
 * explains it.
 */
import {CACHED, IN_USE} from "./decode.js";
import {element, grouped, legend, sharpCanvas} from "./dom.js";
import {size} from "./explain.js";
import {SLAB_TONES} from "./map.js";

const CELLS = [[900, 7], [6000, 4], [40000, 2]];	// up to so many objects, pixels of each
const WIDTH = 372;
const CACHES_MOST = 64;
const KEY = [["#c8691f", "allocated"], ["#e6bd9c", "free, in a CPU's array"], ["#ffffff", "free, on its slab's list"]];

/** The colour of a cache, as the map has it. */
export function cacheColour(decoder, name) {
	return SLAB_TONES[decoder.names.id(name) % SLAB_TONES.length];
}

/** How a cache's slabs are laid out: pixels an object, columns and rows of a slab, slabs a row. */
export function arrangement(num, slabs) {
	const cell = (CELLS.find(([most]) => num * slabs <= most) ?? [0, 1])[1];
	const columns = Math.min(Math.ceil(Math.sqrt(num * 1.8)), Math.floor((WIDTH - 4) / cell));
	const rows = Math.ceil(num / columns);
	const perRow = Math.max(1, Math.floor(WIDTH / (columns * cell + 4)));

	return {cell, columns, rows, perRow, wide: columns * cell + 4, high: rows * cell + 4,
		height: Math.ceil(slabs / perRow) * (rows * cell + 4)};
}

export class SlabPanel {
	/** @param on: {mark([[pfn, order]]), address(vaddr), hoverAddress(vaddr or null, event), highlight(name or null)} */
	constructor(root, decoder, on) {
		this.root = root;
		this.decoder = decoder;
		this.on = on;
		this.cards = new Map();
		this.rest = element("p", {className: "rest"});
		this.key = legend(KEY);
	}

	show(model) {
		const shown = model.caches.filter(cache => cache.slabs.length)
			.sort((a, b) => (b.slabs.length << b.order) - (a.slabs.length << a.order));
		const empty = model.caches.length - shown.length;
		const cards = shown.slice(0, CACHES_MOST).map(cache => this.card(cache));

		this.rest.textContent = empty ? `${empty} caches have no slab.` : "";
		if (cards.length !== this.root.children.length - 2 || cards.some((card, i) => this.root.children[i + 1] !== card))
			this.root.replaceChildren(this.key, ...cards, this.rest);
	}

	/** The card of a cache: the one there is, if nothing has changed. */
	card(cache) {
		const known = this.cards.get(cache.name);

		if (known?.cache === cache)
			return known.card;
		const active = cache.slabs.reduce((n, slab) => n + slab.states.reduce((m, s) => m + (s === IN_USE), 0), 0);
		const total = cache.slabs.length * cache.num;
		const card = element("section", {className: "cache"},
			element("h3", {}, element("i", {style: {background: cacheColour(this.decoder, cache.name)}}), cache.name,
				element("small", {}, `${grouped(active)} of ${grouped(total)} × ${size(cache.objectSize)}   ·   ` +
					`${grouped(cache.slabs.length)} slab${cache.slabs.length > 1 ? "s" : ""} of ${size(4096 << cache.order)}`)),
			this.draw(cache));
		card.addEventListener("pointerenter", () => this.on.highlight(cache.name));
		card.addEventListener("pointerleave", () => this.on.highlight(null));
		this.cards.set(cache.name, {cache, card});
		return card;
	}

	draw(cache) {
		const plan = arrangement(cache.num, cache.slabs.length);
		const [canvas, c] = sharpCanvas(WIDTH, Math.min(plan.height, 2000));
		const colour = cacheColour(this.decoder, cache.name);
		const inner = plan.cell > 2 ? plan.cell - 1 : plan.cell;

		cache.slabs.forEach((slab, number) => {
			const left = number % plan.perRow * plan.wide, top = Math.floor(number / plan.perRow) * plan.high;
			if (top > 2000)
				return;
			c.fillStyle = "#f1efe9";
			c.fillRect(left, top, plan.wide - 2, plan.high - 2);
			slab.states.forEach((state, i) => {
				c.globalAlpha = state === IN_USE ? 1 : state === CACHED ? 0.45 : 0;
				c.fillStyle = colour;
				c.fillRect(left + 1 + i % plan.columns * plan.cell, top + 1 + Math.floor(i / plan.columns) * plan.cell, inner, inner);
				if (state !== IN_USE && state !== CACHED && plan.cell > 2) {
					c.globalAlpha = 1;
					c.fillStyle = "#ffffff";
					c.fillRect(left + 1 + i % plan.columns * plan.cell, top + 1 + Math.floor(i / plan.columns) * plan.cell, inner, inner);
				}
			});
			c.globalAlpha = 1;
		});
		canvas.addEventListener("pointermove", event => {
			const {slab, address} = this.at(cache, plan, event.offsetX, event.offsetY);
			this.on.mark(slab ? [[slab.pfn, cache.order]] : []);
			this.on.hoverAddress(slab ? address : null, event);
		});
		canvas.addEventListener("pointerleave", event => {
			this.on.mark([]);
			this.on.hoverAddress(null, event);
		});
		canvas.addEventListener("click", event => {
			const {slab, address} = this.at(cache, plan, event.offsetX, event.offsetY);
			if (slab)
				this.on.address(address);
		});
		return canvas;
	}

	/** The slab at a point of a cache's picture, and the address of the object there: of the slab itself between them. */
	at(cache, plan, x, y) {
		const column = Math.floor(x / plan.wide), row = Math.floor(y / plan.high);
		const slab = column < plan.perRow ? cache.slabs[row * plan.perRow + column] : undefined;
		const left = Math.floor((x - column * plan.wide - 1) / plan.cell), top = Math.floor((y - row * plan.high - 1) / plan.cell);
		const index = left >= 0 && top >= 0 && left < plan.columns ? top * plan.columns + left : -1;

		return {slab, address: slab && (index >= 0 && index < cache.num ? slab.start + index * cache.size : slab.at)};
	}
}

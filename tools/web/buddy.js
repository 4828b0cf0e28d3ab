// SPDX-License-Identifier: MIT
/*
 * The zones and their free lists: a row for each order, a mark for each block in the
 * order of the list, newest first. The mark under the pointer is outlined on the map.
 */
import {element, grouped} from "./dom.js";
import {size} from "./explain.js";

const ROOM = 226;		// pixels for the marks of a row

export class BuddyPanel {
	/** @param on: {mark([[pfn, order]]), hover(pfn or -1, event), pick(pfn)} */
	constructor(root, decoder, on) {
		this.root = root;
		this.shades = decoder.kinds[decoder.kind.free].orders;
		this.pcpColour = decoder.kinds[decoder.kind.pcp].colour;
		root.addEventListener("pointerover", event => {
			const {pfn, order} = event.target.dataset;
			on.mark(pfn === undefined ? [] : [[Number(pfn), Number(order)]]);
			on.hover(Number(pfn ?? -1), event);
		});
		root.addEventListener("pointerleave", event => {
			on.mark([]);
			on.hover(-1, event);
		});
		root.addEventListener("click", event => {
			if (event.target.dataset.pfn !== undefined)
				on.pick(Number(event.target.dataset.pfn));
		});
	}

	show(model) {
		if (this.zones === model.zones)
			return;
		this.zones = model.zones;
		this.root.replaceChildren(...model.zones.map(zone => this.zone(zone)));
	}

	zone(zone) {
		return element("section", {className: "zone"},
			element("h3", {}, zone.name, element("small", {}, `${grouped(zone.free)} of ${grouped(zone.managed)} pages free`)),
			this.gauge(zone),
			element("div", {className: "orders"}, ...zone.orders.map((area, order) => this.order(area, order)).reverse()),
			...zone.pcp.map(pageset => this.pageset(pageset)));
	}

	/** Free pages on a scale of the zone, and the watermarks magnified beside it. */
	gauge(zone) {
		const share = `${100 * zone.free / Math.max(zone.managed, 1)}%`;

		return element("div", {className: "gauge"},
			element("div", {className: "track"}, element("div", {className: "fill", style: {width: share}})),
			element("small", {}, `watermarks: min ${grouped(zone.min)}, low ${grouped(zone.low)}, high ${grouped(zone.high)}`));
	}

	order(area, order) {
		return element("div", {className: `order${area.free ? "" : " empty"}`},
			element("span", {className: "name"}, String(order)),
			element("span", {className: "size"}, size(4096 * 2 ** order)),
			element("span", {className: "number"}, grouped(area.free)),
			this.marks(area.blocks, order, this.shades[Math.min(order, this.shades.length - 1)], area.free));
	}

	marks(blocks, order, colour, number) {
		const most = Math.floor(ROOM / (7 + order));
		const shown = blocks.slice(0, number > most ? most - 3 : most);
		const rest = number - shown.length;

		return element("span", {className: "blocks"},
			...shown.map(pfn => element("i", {dataset: {pfn, order},
							  style: {background: colour, width: `${6 + order}px`}})),
			rest > 0 ? element("small", {}, `+${grouped(rest)}`) : null);
	}

	pageset(pageset) {
		return element("div", {className: "pcp"},
			element("small", {}, `CPU ${pageset.cpu}: ${grouped(pageset.count)} of at most ${grouped(pageset.high)} pages`),
			...pageset.lists.map((blocks, order) => blocks.length
				? element("div", {className: "order"}, element("span", {className: "name"}, String(order)),
					  element("span", {className: "size"}, size(4096 * 2 ** order)),
					  element("span", {className: "number"}, grouped(blocks.length)),
					  this.marks(blocks, order, this.pcpColour, blocks.length))
				: null));
	}
}

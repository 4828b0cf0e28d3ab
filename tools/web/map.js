// SPDX-License-Identifier: MIT
/*
 * The map of physical memory: one cell a page frame.
 *
 * Frames lie in tiles of one largest buddy block each (4 MiB), tiles in rows, rows under
 * their zone. Inside a tile, bits of the frame number go to x and y in turn (a Z-order
 * curve), so that every buddy block of order k is a square or two squares side by side:
 * a split halves a shape, a merge joins two.
 *
 * Each zone is kept as a picture of a pixel a frame, which is drawn scaled; outlines of
 * blocks, labels, flashes of what has just changed and the cursor are drawn over it.
 *
 * Colours tell what a frame is used for, or the zone that it belongs to: pale what is free.
 */
import {cellKind, cellOrder, cellText, cellZone} from "./decode.js";
import {blockHead, size} from "./explain.js";

const HEADING = 30, GAP = 14;		// pixels above each zone
const FLASH = 900;			// milliseconds
const FLASH_MOST = 2048;		// frames that may flash at a time; a larger change is seen anyway
const LARGEST = 96;			// pixels a frame
const DARK = new Set(["image", "guard", "pages", "pcp", "vmalloc", "pagetable"]);	// labels on these are white
export const SLAB_TONES = ["#eb9440", "#f0ad66", "#d9792a", "#f4c28c", "#c8691f", "#e69f52", "#f2b87a", "#b95f1a"];

export const ZONE_COLOURS = ["#c8553d", "#2a7f9e", "#7a5ea8", "#6b8e23"];
const FREE_FADE = 0.68;

/** #rrggbb as a pixel of an ImageData on a little-endian machine; @fade towards @paper by so much. */
function pixel(colour, fade = 0, paper = [251, 250, 247]) {
	const part = i => {
		const value = parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
		return Math.round(value + (paper[i] - value) * fade);
	};
	return (0xff000000 | part(2) << 16 | part(1) << 8 | part(0)) >>> 0;
}

export class FrameMap {
	/** @param on: {hover(pfn or -1, event), pick(pfn)} */
	constructor(canvas, decoder, on) {
		this.canvas = canvas;
		this.context = canvas.getContext("2d");
		this.decoder = decoder;
		this.kinds = decoder.kinds;
		this.on = on;
		this.model = null;
		this.sections = [];
		this.view = {scale: 1, x: 0, y: 0, fitted: true};
		this.hovered = this.picked = -1;
		this.marked = [];
		this.only = null;
		this.by = "use";
		this.flashes = [];
		this.makeTile(decoder.orders);
		this.listen();
		new ResizeObserver(() => this.resize()).observe(canvas);
	}

	/** Where each frame lies in its tile. */
	makeTile(orders) {
		this.tile = 2 ** (orders - 1);
		this.wide = 2 ** Math.ceil((orders - 1) / 2);
		this.high = this.tile / this.wide;
		this.tileX = new Uint16Array(this.tile);
		this.tileY = new Uint16Array(this.tile);
		this.tileFrame = new Uint16Array(this.tile);
		for (let i = 0; i < this.tile; i++) {
			for (let bit = 0; 2 ** bit < this.tile; bit++)
				(bit & 1 ? this.tileY : this.tileX)[i] |= (i >> bit & 1) << (bit >> 1);
			this.tileFrame[this.tileY[i] * this.wide + this.tileX[i]] = i;
		}
	}

	/* --- what is shown ------------------------------------------------------------------- */

	/** Show a model; @runs are the cells that changed since the last one, null for all. */
	show(model, runs, flash) {
		const zones = JSON.stringify(model.zones.map(zone => [zone.index, zone.start, zone.end]));
		const known = this.model && runs && this.model.number === model.number && zones === this.zones;

		this.zones = zones;
		this.model = model;
		if (!known) {
			this.arrange();
			this.flashes = [];
		} else {
			this.paintRuns(runs);
			if (flash)
				this.flash(runs);
		}
		this.draw();
	}

	/** Fade all cells but those that @test(cell, pfn) picks; null: none. */
	highlight(test) {
		this.only = test;
		this.sections.forEach(section => this.paint(section));
		this.draw();
	}

	/** Colour frames by "use" or by "zone". */
	colourBy(by) {
		this.by = by;
		this.cached = null;
		this.sections.forEach(section => this.paint(section));
		this.draw();
	}

	/** Outline blocks: [[first frame, order]]. */
	mark(blocks) {
		this.marked = blocks;
		this.draw();
	}

	pick(pfn) {
		this.picked = pfn;
		this.draw();
	}

	/* --- geometry ------------------------------------------------------------------------ */

	/** Put zones and tiles in their places, as large as fits the canvas. */
	arrange() {
		const {clientWidth: width, clientHeight: height} = this.canvas;
		const zones = this.model.zones.map(zone => ({zone, first: Math.floor(zone.start / this.tile),
							     tiles: Math.ceil(zone.end / this.tile) - Math.floor(zone.start / this.tile)}));
		const most = Math.max(...zones.map(z => z.tiles), 1);
		let best = {scale: 0};

		for (let columns = 1; columns <= most; columns++) {
			const rows = zones.reduce((n, z) => n + Math.ceil(z.tiles / columns), 0);
			const scale = Math.min(width / (columns * this.wide),
					       (height - zones.length * (HEADING + GAP)) / (rows * this.high));
			if (scale > best.scale)
				best = {scale, columns};
		}
		this.columns = best.columns ?? 1;
		this.fit = Math.max(best.scale, 0.05);
		let y = 0;
		this.sections = zones.map(({zone, first, tiles}) => {
			const rows = Math.ceil(tiles / this.columns);
			const section = {zone, first, tiles, rows, y: y + HEADING / this.fit,
					 width: Math.min(tiles, this.columns) * this.wide, height: rows * this.high};
			y = section.y + section.height + GAP / this.fit;
			section.picture = document.createElement("canvas");
			section.picture.width = section.width;
			section.picture.height = section.height;
			section.context = section.picture.getContext("2d");
			section.image = section.context.createImageData(section.width, section.height);
			section.pixels = new Uint32Array(section.image.data.buffer);
			return section;
		});
		this.height = y;
		this.sections.forEach(section => this.paint(section));
		if (this.view.fitted)
			this.reset();
	}

	reset() {
		this.view = {scale: this.fit, x: 0, y: 0, fitted: true};
	}

	/** Section and place, in frames, of a frame. */
	place(pfn) {
		const section = this.sections.find(s => pfn >= s.first * this.tile && pfn < (s.first + s.tiles) * this.tile &&
						   pfn >= s.zone.start && pfn < s.zone.end);

		if (!section)
			return null;
		const number = Math.floor(pfn / this.tile) - section.first, inside = pfn % this.tile;
		return {section, x: number % this.columns * this.wide + this.tileX[inside],
			y: Math.floor(number / this.columns) * this.high + this.tileY[inside]};
	}

	/** The frame at a point of the canvas, or -1. */
	frameAt(px, py) {
		const x = (px - this.view.x) / this.view.scale, y = (py - this.view.y) / this.view.scale;

		for (const section of this.sections) {
			const column = Math.floor(x / this.wide), row = Math.floor((y - section.y) / this.high);
			const number = row * this.columns + column;
			if (x < 0 || column >= this.columns || row < 0 || y >= section.y + section.height || number >= section.tiles)
				continue;
			const inside = this.tileFrame[Math.floor(y - section.y) % this.high * this.wide + Math.floor(x) % this.wide];
			const pfn = (section.first + number) * this.tile + inside;
			return pfn >= section.zone.start && pfn < Math.min(section.zone.end, this.model.number) ? pfn : -1;
		}
		return -1;
	}

	/* --- colours ------------------------------------------------------------------------- */

	colour(cell) {
		const kind = this.kinds[cellKind(cell)];

		if (this.by === "zone" && kind.id !== "absent")
			return ZONE_COLOURS[cellZone(cell)];
		if (kind.orders)
			return kind.orders[Math.min(cellOrder(cell), kind.orders.length - 1)];
		return kind.id === "slab" ? SLAB_TONES[cellText(cell) % SLAB_TONES.length] : kind.colour;
	}

	pixelOf(cell, pfn) {
		this.cached ??= new Map();
		const faded = this.only && !this.only(cell, pfn);
		const key = faded ? -1 - cell : cell;
		let value = this.cached.get(key);
		if (value === undefined) {
			const free = this.by === "zone" && ["free", "pcp"].includes(this.kinds[cellKind(cell)].id);
			value = pixel(this.colour(cell), faded ? 0.88 : free ? FREE_FADE : 0);
			this.cached.set(key, value);
		}
		return value;
	}

	/** All frames of a section. */
	paint(section) {
		const {cells, number} = this.model;

		section.pixels.fill(0);
		for (let t = 0; t < section.tiles; t++) {
			const corner = Math.floor(t / this.columns) * this.high * section.width + t % this.columns * this.wide;
			const first = (section.first + t) * this.tile;
			for (let i = 0; i < this.tile; i++) {
				const pfn = first + i;
				if (pfn >= section.zone.start && pfn < section.zone.end && pfn < number)
					section.pixels[corner + this.tileY[i] * section.width + this.tileX[i]] = this.pixelOf(cells[pfn], pfn);
			}
		}
		section.context.putImageData(section.image, 0, 0);
	}

	/** Some frames, by runs. */
	paintRuns(runs) {
		const touched = new Set();

		for (let at = 0; at < runs.length; at += 2 + runs[at + 1]) {
			for (let pfn = runs[at]; pfn < runs[at] + runs[at + 1]; pfn++) {
				const place = this.place(pfn);
				if (!place)
					continue;
				place.section.pixels[place.y * place.section.width + place.x] = this.pixelOf(this.model.cells[pfn], pfn);
				touched.add(place.section);
			}
		}
		for (const section of touched)
			section.context.putImageData(section.image, 0, 0);
	}

	flash(runs) {
		const now = performance.now();
		let number = this.flashes.length;

		for (let at = 0; at < runs.length; at += 2 + runs[at + 1])
			number += runs[at + 1];
		if (number > FLASH_MOST)
			return;
		for (let at = 0; at < runs.length; at += 2 + runs[at + 1])
			for (let i = 0; i < runs[at + 1]; i++)
				this.flashes.push([runs[at] + i, now]);
	}

	/* --- drawing ------------------------------------------------------------------------- */

	resize() {
		const ratio = window.devicePixelRatio || 1;

		this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
		this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
		if (this.model)
			this.arrange();
		this.draw();
	}

	draw() {
		if (this.pending)
			return;
		this.pending = requestAnimationFrame(() => {
			this.pending = 0;
			this.paintAll();
			if (this.flashes.length)
				this.draw();
		});
	}

	paintAll() {
		const c = this.context, ratio = window.devicePixelRatio || 1, {scale, x, y} = this.view;

		c.setTransform(ratio, 0, 0, ratio, 0, 0);
		c.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
		if (!this.model)
			return;
		c.imageSmoothingEnabled = scale < 1;
		for (const section of this.sections) {
			c.drawImage(section.picture, x, y + section.y * scale, section.width * scale, section.height * scale);
			this.drawTiles(section);
			this.drawHeading(section);
		}
		if (scale >= 4)
			this.sections.forEach(section => this.drawBlocks(section));
		this.drawFlashes();
		for (const [pfn, order] of this.marked)
			this.outline(pfn, order, "#1b1e22", 1.5);
		if (this.picked >= 0 && this.picked < this.model.number)
			this.outlineBlockOf(this.picked, "#c2185b", 2);
		if (this.hovered >= 0)
			this.outlineBlockOf(this.hovered, "#1b1e22", 1.5);
	}

	drawHeading(section) {
		const c = this.context;
		const zone = this.model.zones.find(z => z.index === section.zone.index) ?? section.zone;
		const y = this.view.y + section.y * this.view.scale - 9;
		const x = Math.max(this.view.x, 0);

		c.fillStyle = ZONE_COLOURS[zone.index];
		c.fillRect(x, y - 10, 5, 12);
		c.font = "600 13px system-ui, sans-serif";
		c.fillStyle = "#22272b";
		c.fillText(zone.name, x + 11, y);
		const offset = c.measureText(zone.name).width + 21;
		c.font = "12px system-ui, sans-serif";
		c.fillStyle = "#7b7f83";
		c.fillText(`${zone.start ? size(zone.start * 4096) : 0} – ${size(zone.end * 4096)}   ·   ${size(zone.free * 4096)} free of ` +
			   `${size(zone.managed * 4096)}`, x + offset, y);
	}

	/** Lines between tiles, so that the largest blocks are told apart. */
	drawTiles(section) {
		const c = this.context, {scale, x, y} = this.view;

		if (this.wide * scale < 14)
			return;
		c.strokeStyle = "#fbfaf7";
		c.lineWidth = Math.min(2, this.wide * scale / 40);
		c.beginPath();
		for (let column = 1; column < section.width / this.wide; column++) {
			c.moveTo(x + column * this.wide * scale, y + section.y * scale);
			c.lineTo(x + column * this.wide * scale, y + (section.y + section.height) * scale);
		}
		for (let row = 1; row < section.rows; row++) {
			c.moveTo(x, y + (section.y + row * this.high) * scale);
			c.lineTo(x + section.width * scale, y + (section.y + row * this.high) * scale);
		}
		c.stroke();
	}

	/** Outlines of the blocks that are in view, and labels where there is room. */
	drawBlocks(section) {
		const c = this.context, {scale, x, y} = this.view;
		const {clientWidth: width, clientHeight: height} = this.canvas;

		c.lineWidth = 1;
		for (let t = 0; t < section.tiles; t++) {
			const left = x + t % this.columns * this.wide * scale;
			const top = y + (section.y + Math.floor(t / this.columns) * this.high) * scale;
			if (left > width || top > height || left + this.wide * scale < 0 || top + this.high * scale < 0)
				continue;
			const first = (section.first + t) * this.tile;
			const end = Math.min(first + this.tile, section.zone.end, this.model.number);
			for (let pfn = Math.max(first, section.zone.start); pfn < end;) {
				const cell = this.model.cells[pfn], order = cellOrder(cell), i = pfn % this.tile;
				this.drawBlock(left + this.tileX[i] * scale, top + this.tileY[i] * scale, order, cell);
				pfn += 2 ** order;
			}
		}
	}

	drawBlock(left, top, order, cell) {
		const c = this.context, {scale} = this.view;
		const wide = 2 ** Math.ceil(order / 2) * scale, high = 2 ** Math.floor(order / 2) * scale;

		if (order || scale >= 7) {
			c.strokeStyle = order ? "rgba(27,30,34,0.22)" : "rgba(27,30,34,0.10)";
			c.strokeRect(left + 0.5, top + 0.5, wide - 1, high - 1);
		}
		if (wide < 58 || high < 16)
			return;
		const kind = this.kinds[cellKind(cell)];
		const dark = this.by === "zone" ? !["free", "pcp"].includes(kind.id) : DARK.has(kind.id);
		const label = this.decoder.names.texts[cellText(cell)].replace(/\/0x.*/, "") ||
			(kind.orders ? `order ${order}` : kind.name);
		c.save();
		c.beginPath();
		c.rect(left, top, wide, high);
		c.clip();
		c.font = "11px system-ui, sans-serif";
		c.fillStyle = dark ? "#ffffff" : "#22272b";
		c.fillText(label, left + 5, top + 13);
		c.restore();
	}

	outlineBlockOf(pfn, colour, width) {
		this.outline(blockHead(this.model, pfn), cellOrder(this.model.cells[pfn]), colour, width);
	}

	outline(pfn, order, colour, width) {
		const place = this.place(pfn), c = this.context, {scale, x, y} = this.view;

		if (!place)
			return;
		const left = x + place.x * scale, top = y + (place.section.y + place.y) * scale;
		const wide = Math.max(2 ** Math.ceil(order / 2) * scale, 3), high = Math.max(2 ** Math.floor(order / 2) * scale, 3);
		c.lineWidth = width + 2;
		c.strokeStyle = "rgba(255,255,255,0.9)";
		c.strokeRect(left, top, wide, high);
		c.lineWidth = width;
		c.strokeStyle = colour;
		c.strokeRect(left, top, wide, high);
	}

	drawFlashes() {
		const now = performance.now(), c = this.context, {scale, x, y} = this.view;

		this.flashes = this.flashes.filter(([, since]) => now - since < FLASH);
		for (const [pfn, since] of this.flashes) {
			const place = this.place(pfn);
			if (!place)
				continue;
			const side = Math.max(scale, 2.5);
			c.fillStyle = `rgba(255, 64, 129, ${0.6 * (1 - (now - since) / FLASH)})`;
			c.fillRect(x + place.x * scale, y + (place.section.y + place.y) * scale, side, side);
		}
	}

	/* --- pointer ------------------------------------------------------------------------- */

	listen() {
		const canvas = this.canvas;
		let drag = null;

		canvas.addEventListener("wheel", event => {
			event.preventDefault();
			this.zoom(Math.exp(-event.deltaY * 0.0016), event.offsetX, event.offsetY);
		}, {passive: false});
		canvas.addEventListener("pointerdown", event => {
			drag = {x: event.offsetX, y: event.offsetY, view: {...this.view}, moved: false};
			canvas.setPointerCapture(event.pointerId);
		});
		canvas.addEventListener("pointermove", event => {
			if (drag && Math.hypot(event.offsetX - drag.x, event.offsetY - drag.y) > 3)
				drag.moved = true;
			if (drag?.moved)
				this.pan(drag.view.x + event.offsetX - drag.x, drag.view.y + event.offsetY - drag.y);
			else
				this.hover(event);
		});
		canvas.addEventListener("pointerup", event => {
			if (drag && !drag.moved && this.model)
				this.choose(this.frameAt(event.offsetX, event.offsetY));
			drag = null;
		});
		canvas.addEventListener("pointerleave", () => this.leave());
		canvas.addEventListener("dblclick", () => {
			this.reset();
			this.draw();
		});
		canvas.addEventListener("keydown", event => this.key(event));
		canvas.addEventListener("blur", () => this.leave());
	}

	/* --- keys ---------------------------------------------------------------------------- */

	/** Arrows move a cursor over the frames, + and - zoom, 0 shows all, Enter keeps the answer. */
	key(event) {
		const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
		const zoom = {"+": 1.5, "=": 1.5, "-": 1 / 1.5}[event.key];

		if (!this.model || event.ctrlKey || event.altKey || event.metaKey || !(step || zoom || ["0", "Enter", "Escape"].includes(event.key)))
			return;
		event.preventDefault();
		event.stopPropagation();
		const at = this.hovered >= 0 ? this.middle(this.hovered) : null;
		if (step)
			this.moveCursor(step);
		else if (zoom)
			this.zoom(zoom, at?.x ?? this.canvas.clientWidth / 2, at?.y ?? this.canvas.clientHeight / 2);
		else if (event.key === "0")
			this.zoom(0, 0, 0);
		else
			this.choose(event.key === "Enter" ? this.hovered : -1);
	}

	/** Where the middle of a frame is on the canvas. */
	middle(pfn) {
		const place = this.place(pfn), {scale, x, y} = this.view;

		return place && {x: x + (place.x + 0.5) * scale, y: y + (place.section.y + place.y + 0.5) * scale};
	}

	/** One frame further; where frames are small, so many pixels; into the next zone over the gap. */
	moveCursor([dx, dy]) {
		const from = this.hovered >= 0 ? this.middle(this.hovered) : null;
		const step = Math.max(this.view.scale, 4);

		if (!from) {
			this.pointTo(this.model.zones[0].start);
			return;
		}
		for (let distance = step; distance < Math.max(this.canvas.clientWidth, this.canvas.clientHeight); distance += step) {
			const pfn = this.frameAt(from.x + dx * distance, from.y + dy * distance);
			if (pfn >= 0 && pfn !== this.hovered) {
				this.pointTo(pfn);
				return;
			}
		}
	}

	/** As if the pointer were there. */
	pointTo(pfn) {
		const at = this.middle(pfn), {clientWidth: width, clientHeight: height} = this.canvas;

		if (at && (at.x < 0 || at.y < 0 || at.x > width || at.y > height))
			this.pan(this.view.x + width / 2 - at.x, this.view.y + height / 2 - at.y);
		const {x, y} = this.middle(pfn) ?? {x: 0, y: 0}, box = this.canvas.getBoundingClientRect();
		this.hovered = pfn;
		this.on.hover(pfn, {clientX: box.left + x, clientY: box.top + y});
		this.draw();
	}

	choose(pfn) {
		this.pick(pfn);
		this.on.pick(pfn);
	}

	leave() {
		this.hovered = -1;
		this.on.hover(-1);
		this.draw();
	}

	hover(event) {
		const pfn = this.model ? this.frameAt(event.offsetX, event.offsetY) : -1;

		this.hovered = pfn;
		this.on.hover(pfn, event);
		this.draw();
	}

	zoom(factor, px, py) {
		const before = this.view.scale;
		const scale = Math.max(this.fit * 0.9, Math.min(before * factor, LARGEST));

		if (scale <= this.fit) {
			this.reset();
		} else {
			this.view = {scale, x: px - (px - this.view.x) * scale / before, y: py - (py - this.view.y) * scale / before,
				     fitted: false};
		}
		this.draw();
	}

	pan(x, y) {
		this.view = {...this.view, x, y, fitted: false};
		this.draw();
	}

	/** Bring a frame to the middle, near enough to see it. */
	focus(pfn) {
		const place = this.place(pfn);

		if (!place)
			return;
		const scale = Math.max(this.view.scale, 10);
		this.view = {scale, x: this.canvas.clientWidth / 2 - place.x * scale,
			     y: this.canvas.clientHeight / 2 - (place.section.y + place.y) * scale, fitted: false};
		this.draw();
	}
}

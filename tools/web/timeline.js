// SPDX-License-Identifier: MIT
/*
 * The last minutes: what the changing kinds of memory took, as stacked areas, and the
 * handle by which to go back. The newest sample is at the right; live means following it.
 */
const SHOWN = ["pagetable", "slab", "kmalloc", "vmalloc", "pages", "pcp"];
const SPAN = 60_000;		// milliseconds that are shown at first; more when there is more

export class Timeline {
	/** @param on: {scrub(index), live()} */
	constructor(canvas, history, decoder, on) {
		this.canvas = canvas;
		this.history = history;
		this.decoder = decoder;
		this.at = -1;		// the sample that is looked at; -1: the newest
		const go = event => {
			const index = this.indexAt(event.offsetX);
			if (index >= 0)
				on.scrub(index >= history.length - 1 ? -1 : index);
		};
		canvas.addEventListener("pointerdown", event => {
			canvas.setPointerCapture(event.pointerId);
			go(event);
		});
		canvas.addEventListener("pointermove", event => {
			if (event.buttons)
				go(event);
		});
		new ResizeObserver(() => this.draw()).observe(canvas);
	}

	/** [first, last] moment on the scale. */
	range() {
		const samples = this.history.samples;
		const last = samples[samples.length - 1].time;

		return [Math.min(samples[0].time, last - SPAN), last];
	}

	x(time) {
		const [first, last] = this.range();

		return (time - first) / (last - first) * this.canvas.clientWidth;
	}

	indexAt(px) {
		const samples = this.history.samples;
		let best = -1, distance = Infinity;

		samples.forEach((sample, i) => {
			const away = Math.abs(this.x(sample.time) - px);
			if (away < distance) {
				distance = away;
				best = i;
			}
		});
		return best;
	}

	draw() {
		const {clientWidth: width, clientHeight: height} = this.canvas, ratio = window.devicePixelRatio || 1;
		const samples = this.history.samples;

		this.canvas.width = Math.round(width * ratio);
		this.canvas.height = Math.round(height * ratio);
		const c = this.canvas.getContext("2d");
		c.setTransform(ratio, 0, 0, ratio, 0, 0);
		if (!samples.length)
			return;
		this.drawAreas(c, samples, width, height - 4);
		const sample = samples[this.at < 0 ? samples.length - 1 : this.at];
		c.fillStyle = "#c2185b";
		c.fillRect(Math.min(this.x(sample.time), width - 2) - 0.75, 0, 1.5, height);
		c.beginPath();
		c.arc(Math.min(this.x(sample.time), width - 5), 5, 4, 0, 2 * Math.PI);
		c.fill();
	}

	drawAreas(c, samples, width, height) {
		const ids = SHOWN.map(id => this.decoder.kind[id]);
		const total = sample => ids.reduce((n, id) => n + sample.counts[id], 0);
		const most = Math.max(...samples.map(total), 64) * 1.15;
		const base = samples.map(() => 0);

		for (const id of ids) {
			c.beginPath();
			samples.forEach((sample, i) => c.lineTo(this.x(sample.time), height - base[i] / most * height));
			for (let i = samples.length - 1; i >= 0; i--) {
				base[i] += samples[i].counts[id];
				c.lineTo(this.x(samples[i].time), height - base[i] / most * height);
			}
			c.closePath();
			c.fillStyle = this.decoder.kinds[id].colour;
			c.fill();
		}
	}
}

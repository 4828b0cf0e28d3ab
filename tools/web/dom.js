// SPDX-License-Identifier: MIT
/* Making elements, in one call each. */

/** An element with properties, dataset and children (elements or texts). */
export function element(tag, properties = {}, ...children) {
	const made = document.createElement(tag);

	for (const [name, value] of Object.entries(properties)) {
		if (name === "dataset" || name === "style")
			Object.assign(made[name], value);
		else
			made[name] = value;
	}
	made.append(...children.filter(child => child !== null && child !== undefined));
	return made;
}

/** A canvas of so many CSS pixels that is sharp on every screen; [canvas, context]. */
export function sharpCanvas(width, height, canvas = document.createElement("canvas")) {
	const ratio = window.devicePixelRatio || 1;

	canvas.width = Math.round(width * ratio);
	canvas.height = Math.round(height * ratio);
	canvas.style.width = `${width}px`;
	canvas.style.height = `${height}px`;
	const context = canvas.getContext("2d");
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	return [canvas, context];
}

/** What colours mean: [[colour, words]]. */
export function legend(entries) {
	return element("p", {className: "key"}, ...entries.map(([colour, words]) =>
		element("span", {}, element("i", {style: {background: colour}}), words)));
}

/** 12 345 */
export function grouped(number) {
	return number.toString().replace(/\B(?=(\d{3})+$)/g, " ");
}

// SPDX-License-Identifier: MIT
/*
 * A person at the page, for test_web.py: a headless Chromium, steered by Playwright.
 *
 *   node web.mjs PACKAGES SCENARIO URL SHOTS
 *
 * PACKAGES is npm's node_modules, SHOTS the folder for screenshots. Fails with what was
 * expected and what was there.
 */
import assert from "node:assert/strict";
import path from "node:path";
import {pathToFileURL} from "node:url";

const [packages, scenario, url, shots] = process.argv.slice(2);
const {chromium} = await import(pathToFileURL(path.resolve(packages, "playwright-core/index.mjs")).href);
const PROMPT = "k896> ";
const PATIENCE = 1500;		// seconds for what takes longest, on a busy machine
const CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

/** The page, and what a person sees of it. */
class Visitor {
	constructor(page, errors) {
		this.page = page;
		this.errors = errors;
	}

	async open(query = "") {
		await this.page.goto(url + query);
	}

	shot(name) {
		return this.page.screenshot({path: path.join(shots, `${name}.png`)});
	}

	/** Wait until a function of the page, given @argument, is true. */
	until(test, argument, seconds = 120) {
		return this.page.waitForFunction(test, argument, {timeout: 1000 * seconds, polling: 100});
	}

	/** Wait for a tip with these words. */
	untilTip(words) {
		return this.until(text => document.getElementById("tip").innerText.replace(/\s+/g, " ").includes(text), words);
	}

	/** The lines of a box, without the blanks in front. */
	lines(selector) {
		return this.page.evaluate(where => [...document.querySelectorAll(`${where} > h3, ${where} > div`)].map(line => line.innerText.trim()),
					  selector);
	}

	tip() {
		return this.lines("#tip");
	}

	/** What a command prints, likewise. */
	async says(command) {
		return (await this.type(command)).replaceAll("\r", "").split("\n").slice(1, -1).map(line => line.trim()).filter(line => line);
	}

	colours() {
		return this.page.evaluate(() => {
			const {map} = window.k896, {width, height} = map.canvas;
			return new Set(new Uint32Array(map.context.getImageData(0, 0, width, height).data.buffer)).size;
		});
	}

	/** Wait for the prompt behind what has been printed up to now. */
	prompt(seconds = 60) {
		return this.until(text => window.serial?.text.endsWith(text), PROMPT, seconds);
	}

	/** Type a line at the console, by the keyboard; return what it printed. */
	async type(line, seconds = 120) {
		const before = await this.page.evaluate(() => window.serial.text.length);
		await this.page.click("#console");
		await this.page.keyboard.type(`${line}\r`);
		await this.until(([from, text]) => window.serial.text.length > from + 3 && window.serial.text.endsWith(text),
				 [before + line.length, PROMPT], seconds);
		return this.page.evaluate(from => window.serial.text.slice(from), before);
	}

	/** Page frames of a kind, as the newest model has them. */
	count(kind) {
		return this.page.evaluate(id => window.k896.history.count(window.k896.model.cells)[window.k896.decoder.kind[id]], kind);
	}

	untilCount(kind, number) {
		return this.until(([id, n]) => window.k896?.model?.cells.length &&
			window.k896.history.count(window.k896.model.cells)[window.k896.decoder.kind[id]] === n, [kind, number]);
	}

	/** The colour that a frame has on the map, as #rrggbb, once nothing flashes any more. */
	async colourOf(frame) {
		await this.until(() => !window.k896.map.flashes.length);
		await this.page.waitForTimeout(200);
		return this.page.evaluate(pfn => {
			const {map} = window.k896, {x, y} = map.middle(pfn);
			const pixel = map.context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data;
			return `#${[...pixel.slice(0, 3)].map(part => part.toString(16).padStart(2, "0")).join("")}`;
		}, frame);
	}

	/** The colour of a kind of frames, of a free block by its order, in kinds.json. */
	colourIn(kind, order = 0) {
		return this.page.evaluate(([id, k]) => {
			const found = window.k896.decoder.kinds[window.k896.decoder.kind[id]];
			return found.orders ? found.orders[k] : found.colour;
		}, [kind, order]);
	}

	/** Click on the timeline where a moment is. It moves meanwhile, so again until that is met. */
	async scrubTo(moment) {
		for (let tries = 0; tries < 20; tries++) {
			const x = await this.page.evaluate(time => window.k896.timeline.x(time), moment);
			await this.page.locator("#timeline").click({position: {x, y: 30}});
			if (await this.page.evaluate(time => Math.abs(window.k896.history.samples[window.k896.shown]?.time - time) < 1000, moment))
				return;
		}
		assert.fail("the timeline does not lead there");
	}

	text(selector) {
		return this.page.locator(selector).innerText();
	}

	/** Move to the middle of a frame on the map. */
	async point(pfn) {
		const {x, y} = await this.page.evaluate(frame => {
			const {map} = window.k896, place = map.place(frame), box = map.canvas.getBoundingClientRect();
			return {x: box.left + map.view.x + (place.x + 0.5) * map.view.scale,
				y: box.top + map.view.y + (place.section.y + place.y + 0.5) * map.view.scale};
		}, pfn);
		await this.page.mouse.move(x, y);
	}

	async find(what) {
		await this.page.fill("#address", what);
		await this.page.press("#address", "Enter");
	}
}

/* What happens in the page of make viz-web, one after the other, in one boot. */
const stages = {
	/** All self-tests but those of what the emulator lacks pass on the way to the prompt; the map is alive meanwhile. */
	async selftests(visitor) {
		await visitor.until(() => /^# slab: pass/m.test(window.serial?.text ?? ""), null, PATIENCE);
		await visitor.shot("web-selftests-running");
		await visitor.prompt(PATIENCE);
		const text = await visitor.page.evaluate(() => window.serial.text);
		assert.deepEqual(text.match(/^ *not ok.*/gm), null);
		const [, pass, fail] = text.match(/^# Totals: pass:(\d+) fail:(\d+)/m);
		const suites = Number(text.match(/^1\.\.(\d+)/m)[1]);
		assert.equal(text.match(/^ok \d+/gm).length, suites);
		assert.ok(pass > 700 && fail === "0" && suites > 50, `${pass} passed, ${fail} failed, ${suites} suites`);
		assert.ok(await visitor.page.evaluate(() => window.k896.history.length) > 5);
		assert.doesNotMatch(await visitor.type("check"), /BROKEN/);
		await visitor.shot("web-selftests");
	},

	/** There is a picture of it. */
	async boots(visitor) {
		await visitor.until(() => /slab/.test(document.getElementById("legend").innerText));
		assert.ok(await visitor.colours() > 10);
		assert.match(await visitor.text("#legend"), /kernel image.*mem_map.*slab.*free, buddy lists/s);
		assert.match(await visitor.text("#buddy"), /DMA.*Normal.*HighMem/s);
		assert.equal(await visitor.count("lost"), 0);
		assert.match(await visitor.text("#console"), /Type "help"/);
		await visitor.shot("web-boots");
	},

	/** What is allocated at the prompt is seen; freed, it is gone. */
	async allocation(visitor) {
		await visitor.untilCount("pages", 0);
		await visitor.shot("web-before-allocation");
		const said = await visitor.type("alloc page 9 highmem");
		const pfn = Number(said.match(/order 9, pfn (0x[0-9a-f]+)-/)[1]) + 17;
		await visitor.untilCount("pages", 512);
		assert.equal(await visitor.colourOf(pfn), await visitor.colourIn("pages"));
		await visitor.point(pfn);
		await visitor.untilTip("page 17 of a block of order 9, last allocated by play_alloc_page");
		await visitor.shot("web-after-allocation");
		assert.deepEqual((await visitor.tip()).slice(0, 3), await visitor.says(`page ${pfn}`));
		await visitor.page.mouse.move(5, 5);
		await visitor.type("free all");
		await visitor.untilCount("pages", 0);
		assert.equal(await visitor.colourOf(pfn), await visitor.colourIn("free", 10));
	},

	/** Pointing tells what explain tells: of free, allocated and reserved frames, and of a slab. */
	async explains(visitor) {
		const held = await visitor.type("alloc page 2");
		const pfn = Number(held.match(/order 2, pfn (0x[0-9a-f]+)-/)[1]);
		await visitor.untilCount("pages", 4);
		const slab = await visitor.page.evaluate(() => window.k896.model.caches.find(cache => cache.slabs.length).slabs[0].pfn);
		for (const frame of [pfn + 3, 0x2000, 0xa0, 0x101, slab]) {
			await visitor.point(frame);
			const address = `0x${(0xc0000000 + frame * 4096).toString(16)}`;
			await visitor.untilTip(`${address}: `);
			assert.deepEqual(await visitor.tip(), await visitor.says(`explain ${address}`));
		}
		await visitor.page.mouse.move(5, 5);
		await visitor.type("free all");
	},

	/** Frames by their zones, at a click, and back. */
	async zones(visitor) {
		assert.equal(await visitor.colourOf(0x110), await visitor.colourIn("image"));
		await visitor.page.click("[data-by=zone]");
		assert.match(await visitor.text("#legend"), /^DMA[^a-z]*MiB\s+Normal[^a-z]*MiB\s+HighMem[^a-z]*MiB$/);
		const [dma, free] = [await visitor.colourOf(0x110), await visitor.colourOf(0x7000)];
		assert.equal(dma, await visitor.page.evaluate(() => window.k896.map.colour(window.k896.model.cells[0x110])));
		assert.ok(dma !== await visitor.colourIn("image") && free !== await visitor.colourIn("free", 10), `${dma}, ${free}`);
		await visitor.shot("web-zones");
		await visitor.page.click("[data-by=use]");
		assert.equal(await visitor.colourOf(0x110), await visitor.colourIn("image"));
	},

	/** All of it without a mouse. */
	async keys(visitor) {
		await visitor.page.focus("#map");
		for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "+", "+"])
			await visitor.page.keyboard.press(key);
		await visitor.untilTip("pfn ");
		assert.ok(await visitor.page.evaluate(() => window.k896.map.view.scale > window.k896.map.fit * 2), "zoomed in");
		await visitor.page.keyboard.press("Enter");
		await visitor.until(() => /: direct map/.test(document.getElementById("detail").innerText));
		await visitor.page.keyboard.press("Escape");
		await visitor.page.keyboard.press("0");
		await visitor.until(() => window.k896.map.view.fitted && document.getElementById("detail").hidden);
		await visitor.page.focus("[data-panel=buddy]");
		await visitor.page.keyboard.press("ArrowRight");
		await visitor.until(() => document.getElementById("slabs").classList.contains("on"));
		await visitor.page.keyboard.press("ArrowLeft");
		await visitor.page.keyboard.press("/");
		await visitor.page.keyboard.type("mem_map");
		await visitor.page.keyboard.press("Enter");
		await visitor.until(() => /variable: mem_map\+0x0/.test(document.getElementById("detail").innerText));
		await visitor.page.click("#detail button");
	},

	/** Every panel shows what was made at the prompt, and the ways from one to the other work. */
	async panels(visitor) {
		await visitor.type("cache create foo 72");
		for (let i = 0; i < 3; i++)
			await visitor.type("alloc object foo");
		const area = (await visitor.type("alloc vmalloc 64K")).match(/ at ([0-9a-f]{8})/)[1];
		const pages = await visitor.type("alloc page 0 highmem");
		await visitor.type(`alloc kmap ${pages.match(/#\d+/)[0]}`);

		await visitor.page.click("[data-panel=slabs]");
		await visitor.until(() => /foo/.test(document.getElementById("slabs").innerText));
		assert.match(await visitor.text(".cache:has-text('foo')"), /3 of \d+ × 72 bytes/);
		await visitor.page.locator(".cache:has-text('foo') canvas").hover({position: {x: 4, y: 4}});
		await visitor.untilTip("this: object 0 at");
		assert.match((await visitor.tip()).join(" "), /byte 0 of 72 of an object of cache foo this: object 0 at [0-9a-f]{8}, allocated by play_/);
		await visitor.shot("web-slabs");

		await visitor.page.click("[data-panel=virtual]");
		await visitor.until(() => /play_vmalloc/.test(document.getElementById("virtual").innerText));
		assert.match(await visitor.text("#virtual"), /vmalloc area.*direct map.*68 KiB\s+play_vmalloc.*1 in use/s);
		await visitor.page.hover(".area");
		await visitor.untilTip("byte 0 of it, in page 0 of 16");
		await visitor.shot("web-virtual");

		await visitor.page.click("[data-panel=tables]");
		await visitor.find(`0x${area}`);
		await visitor.until(address => new RegExp(`Translation of 0x${address}`).test(document.getElementById("tables").innerText),
				    area);
		assert.match(await visitor.text("#tables"), new RegExp(`Translation of 0x${area}.*pgd\\[.*pte\\[.*frame 0x`, "s"));
		await visitor.until(() => !document.getElementById("detail").hidden);
		await visitor.shot("web-tables");
		assert.deepEqual(await visitor.lines("#detail"), await visitor.says(`explain 0x${area}`));

		await visitor.find("kmalloc_large");
		await visitor.until(() => /kernel text.*function: kmalloc_large\+0x0/s.test(document.getElementById("detail").innerText));
		await visitor.find("no such thing");
		assert.equal(await visitor.page.locator("#find.wrong").count(), 1);
		await visitor.find("pfn 0x100");
		await visitor.until(() => /pfn 0x100/.test(document.getElementById("detail").innerText));
		await visitor.page.mouse.move(400, 250);
		for (let i = 0; i < 6; i++)
			await visitor.page.mouse.wheel(0, -150);
		assert.ok(await visitor.page.evaluate(() => window.k896.map.view.scale > window.k896.map.fit * 2), "zoomed in");
		await visitor.shot("web-zoomed");
		await visitor.page.mouse.dblclick(400, 250);
		await visitor.until(() => window.k896.map.view.fitted);
		await visitor.type("free all");
	},

	/** Back to when something was allocated, and forth to now; explanations and page tables go along. */
	async scrubs(visitor) {
		await visitor.untilCount("pages", 0);
		const held = await visitor.type("alloc page 10");
		const area = (await visitor.type("alloc vmalloc 64K")).match(/ at ([0-9a-f]{8})/)[1];
		const pfn = Number(held.match(/order 10, pfn (0x[0-9a-f]+)-/)[1]);
		await visitor.untilCount("pages", 1024);
		await visitor.untilCount("vmalloc", 16);
		const from = await visitor.page.evaluate(() => window.k896.history.samples.at(-1).time);
		await visitor.page.waitForTimeout(2500);
		await visitor.type("free all");
		await visitor.find(`0x${area}`);
		await visitor.untilCount("pages", 0);
		await visitor.page.waitForTimeout(1500);
		await visitor.scrubTo(from + 1200);
		await visitor.untilCount("pages", 1024);
		assert.match(await visitor.text("#moment"), /s ago/);
		assert.equal(await visitor.text("#live"), "paused");
		assert.match(await visitor.text("#tables"), /frame 0x/);
		assert.match(await visitor.text("#detail"), /vmalloc area \[.*65536 bytes, of play_vmalloc/s);
		await visitor.point(pfn + 5);
		await visitor.untilTip("in use, page 5 of a block of order 10, last allocated by play_alloc_page");
		await visitor.shot("web-scrubbed");
		await visitor.page.mouse.move(5, 5);
		await visitor.page.click("#live");
		await visitor.untilCount("pages", 0);
		assert.match(await visitor.text("#moment"), /now/);
		await visitor.until(() => !/page of 4 KiB|65536/.test(document.getElementById("detail").innerText));
		await visitor.point(pfn + 5);
		await visitor.untilTip("last freed by");
		await visitor.page.mouse.move(5, 5);
		await visitor.page.locator("body").press("ArrowLeft");
		assert.equal(await visitor.text("#live"), "paused");
		await visitor.page.locator("body").press(" ");
		assert.equal(await visitor.text("#live"), "live");
	},
};

const scenarios = {
	/** The folder of make viz-web. */
	async inside(visitor) {
		await visitor.open("?append=selftest%3Dall%20vmalloc%3D960M");
		for (const [name, stage] of Object.entries(stages)) {
			console.log(name);
			await stage(visitor);
		}
	},

	/** tools/viz: nobody there, then a guest in QEMU, then another; test_web.py plays their part. */
	async attached(visitor) {
		await visitor.open();
		await visitor.until(() => /No guest is running/.test(document.getElementById("notice").innerText));
		await visitor.shot("viz-waiting");
		console.log("waiting");
		await visitor.until(() => window.k896?.model?.number > 0);
		await visitor.untilCount("pages", 0);
		await visitor.shot("viz-attached");
		console.log("attached");
		await visitor.untilCount("pages", 512);
		await visitor.point(Number(process.env.POINT ?? 0x2000));
		await visitor.untilTip("0xc2000000: direct map");
		assert.match((await visitor.tip()).join(" "), /pfn 0x2000: .* free, page \d+ of a block of order \d+, never allocated before: pfn /);
		await visitor.shot("viz-allocated");
		const first = await visitor.text("#guest");
		console.log("seen");
		await visitor.until(() => /No guest is running/.test(document.getElementById("notice").innerText));
		console.log("gone");
		await visitor.until(text => document.getElementById("guest").innerText !== text && window.k896?.model?.number > 0 &&
			/process/.test(document.getElementById("guest").innerText), first);
		await visitor.untilCount("pages", 0);
		assert.equal(await visitor.text("#notice"), "");
		console.log("another");
	},
};

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: CHROMIUM});
const errors = [];
let visitor = null;
try {
	const page = await browser.newPage({viewport: {width: 1440, height: 900}});
	page.on("pageerror", error => errors.push(error.stack));
	page.on("request", request => {		// all that the page needs comes from where it came from
		if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url))
			errors.push(`the page asked for ${request.url()}`);
	});
	visitor = new Visitor(page, errors);
	await scenarios[scenario](visitor);
	assert.deepEqual(errors, []);
} catch (error) {
	await visitor?.shot(`failed-${scenario}`).catch(() => {});
	console.log(error.stack, ...errors);
	console.log((await visitor?.page.evaluate(() => window.serial?.text.slice(-1500)).catch(() => "")) ?? "");
	process.exitCode = 1;
} finally {
	await browser.close();
}

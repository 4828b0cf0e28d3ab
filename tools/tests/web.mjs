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
	until(test, argument, seconds = 60) {
		return this.page.waitForFunction(test, argument, {timeout: 1000 * seconds, polling: 100});
	}

	/** Wait for the prompt behind what has been printed up to now. */
	prompt(seconds = 60) {
		return this.until(text => window.serial?.text.endsWith(text), PROMPT, seconds);
	}

	/** Type a line at the console, by the keyboard; return what it printed. */
	async type(line, seconds = 60) {
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

	/** What the map looks like, once nothing flashes any more. */
	async picture() {
		await this.until(() => !window.k896.map.flashes.length);
		await this.page.waitForTimeout(100);
		return this.page.evaluate(() => document.getElementById("map").toDataURL());
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

const scenarios = {
	/** It boots, and there is a picture of it. */
	async boots(visitor) {
		await visitor.open();
		await visitor.prompt();
		await visitor.until(() => /slab/.test(document.getElementById("legend").innerText));
		const colours = await visitor.page.evaluate(() => {
			const {map} = window.k896, {width, height} = map.canvas;
			return new Set(new Uint32Array(map.context.getImageData(0, 0, width, height).data.buffer)).size;
		});
		assert.ok(colours > 10, `${colours} colours on the map`);
		assert.match(await visitor.text("#legend"), /kernel image.*mem_map.*slab.*free, buddy lists/s);
		assert.match(await visitor.text("#buddy"), /DMA.*Normal.*HighMem/s);
		assert.equal(await visitor.count("lost"), 0);
		assert.match(await visitor.text("#console"), /Type "help"/);
		await visitor.shot("web-boots");
	},

	/** What is allocated at the prompt is seen; freed, it is gone. */
	async allocation(visitor) {
		await visitor.open();
		await visitor.prompt();
		await visitor.untilCount("pages", 0);
		const before = await visitor.picture();
		await visitor.shot("web-before-allocation");
		const said = await visitor.type("alloc page 9 highmem");
		const [, pfn] = said.match(/order 9, pfn (0x[0-9a-f]+)-/);
		await visitor.untilCount("pages", 512);
		const after = await visitor.picture();
		assert.notEqual(after, before, "the picture is as before");
		await visitor.point(Number(pfn) + 17);
		assert.match(await visitor.text("#tip"), /allocated pages, by play_alloc_page.*page 17 of a block of order 9.*HighMem/s);
		await visitor.shot("web-after-allocation");
		await visitor.page.mouse.move(5, 5);
		await visitor.type("free all");
		await visitor.untilCount("pages", 0);
		assert.notEqual(await visitor.picture(), after, "the picture did not change back");
	},

	/** All self-tests but those of what the emulator lacks. */
	async selftests(visitor) {
		await visitor.open("?append=selftest%3Dall");
		await visitor.until(() => /^# slab: pass/m.test(window.serial?.text ?? ""), null, 400);
		await visitor.shot("web-selftests-running");
		await visitor.prompt(400);
		const text = await visitor.page.evaluate(() => window.serial.text);
		assert.deepEqual(text.match(/^ *not ok.*/gm), null);
		const [, pass, fail] = text.match(/^# Totals: pass:(\d+) fail:(\d+)/m);
		const suites = Number(text.match(/^1\.\.(\d+)/m)[1]);
		assert.equal(text.match(/^ok \d+/gm).length, suites);
		assert.ok(pass > 700 && fail === "0" && suites > 50, `${pass} passed, ${fail} failed, ${suites} suites`);
		assert.doesNotMatch(await visitor.type("check"), /BROKEN/);
		await visitor.shot("web-selftests");
	},

	/** Every panel shows what was made at the prompt, and the ways from one to the other work. */
	async panels(visitor) {
		await visitor.open();
		await visitor.prompt();
		await visitor.type("cache create foo 72");
		for (let i = 0; i < 3; i++)
			await visitor.type("alloc object foo");
		const area = (await visitor.type("alloc vmalloc 64K")).match(/ at ([0-9a-f]{8})/)[1];
		const pages = await visitor.type("alloc page 0 highmem");
		await visitor.type(`alloc kmap ${pages.match(/#\d+/)[0]}`);

		await visitor.page.click("[data-panel=slabs]");
		await visitor.until(() => /foo/.test(document.getElementById("slabs").innerText));
		assert.match(await visitor.text(".cache:has-text('foo')"), /3 of \d+ × 72 bytes/);
		await visitor.shot("web-slabs");

		await visitor.page.click("[data-panel=virtual]");
		await visitor.until(() => /play_vmalloc/.test(document.getElementById("virtual").innerText));
		assert.match(await visitor.text("#virtual"), /vmalloc area.*direct map.*68 KiB\s+play_vmalloc.*1 in use/s);
		await visitor.shot("web-virtual");

		await visitor.page.click("[data-panel=tables]");
		await visitor.find(`0x${area}`);
		await visitor.until(address => new RegExp(`Translation of 0x${address}`).test(document.getElementById("tables").innerText),
				    area);
		assert.match(await visitor.text("#tables"), new RegExp(`Translation of 0x${area}.*pgd\\[.*pte\\[.*frame 0x`, "s"));
		await visitor.until(() => !document.getElementById("detail").hidden);
		assert.match(await visitor.text("#detail"), /vmalloc area 0x.*of play_vmalloc.*vmalloc, by play_vmalloc/s);
		await visitor.shot("web-tables");

		await visitor.find("kmalloc_large");
		await visitor.until(() => /kernel text/.test(document.getElementById("detail").innerText));
		assert.match(await visitor.text("#detail"), /kmalloc_large\+0x0.*reserved: Kernel code/s);
		await visitor.find("no such thing");
		assert.equal(await visitor.page.locator("#find.wrong").count(), 1);
		await visitor.find("pfn 0x100");
		assert.match(await visitor.text("#detail"), /pfn 0x100/);
		await visitor.page.mouse.move(400, 250);
		for (let i = 0; i < 6; i++)
			await visitor.page.mouse.wheel(0, -150);
		assert.ok(await visitor.page.evaluate(() => window.k896.map.view.scale > window.k896.map.fit * 2), "zoomed in");
		await visitor.shot("web-zoomed");
		await visitor.page.mouse.dblclick(400, 250);
		await visitor.until(() => window.k896.map.view.fitted);
	},

	/** Back to when something was allocated, and forth to now. */
	async scrubs(visitor) {
		await visitor.open();
		await visitor.prompt();
		await visitor.untilCount("pages", 0);
		await visitor.type("alloc page 10");
		await visitor.untilCount("pages", 1024);
		const index = await visitor.page.evaluate(() => window.k896.history.length - 1);
		await visitor.type("free all");
		await visitor.untilCount("pages", 0);
		await visitor.page.waitForTimeout(1500);
		const x = await visitor.page.evaluate(i => window.k896.timeline.x(window.k896.history.samples[i].time), index);
		await visitor.page.locator("#timeline").click({position: {x, y: 30}});
		await visitor.untilCount("pages", 1024);
		assert.match(await visitor.text("#moment"), /s ago/);
		assert.equal(await visitor.text("#live"), "paused");
		await visitor.shot("web-scrubbed");
		await visitor.page.click("#live");
		await visitor.untilCount("pages", 0);
		assert.match(await visitor.text("#moment"), /now/);
		await visitor.page.locator("body").press("ArrowLeft");
		assert.equal(await visitor.text("#live"), "paused");
	},

	/** tools/viz: nobody there, then a guest in QEMU, then another; test_web.py plays their part. */
	async attached(visitor) {
		await visitor.open();
		await visitor.until(() => /No guest is running/.test(document.getElementById("notice").innerText));
		console.log("waiting");
		await visitor.until(() => window.k896?.model?.number > 0);
		await visitor.untilCount("pages", 0);
		await visitor.shot("viz-attached");
		console.log("attached");
		await visitor.untilCount("pages", 512);
		await visitor.shot("viz-allocated");
		const first = await visitor.text("#guest");
		console.log("seen");
		await visitor.until(text => document.getElementById("guest").innerText !== text && window.k896?.model?.number > 0 &&
			/process/.test(document.getElementById("guest").innerText), first);
		await visitor.untilCount("pages", 0);
		console.log("another");
	},
};

const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: CHROMIUM});
const errors = [];
let visitor = null;
try {
	const page = await browser.newPage({viewport: {width: 1440, height: 900}});
	page.on("pageerror", error => errors.push(error.stack));
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

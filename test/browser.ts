import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Debian's Chromium, quiet: it asks nobody for anything by itself. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: Bun.which("chromium") ?? "chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update"],
    ],
  });

/** A page in a window of its own, with what it asked for and complained about. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions) {
  const page: Page = await (await browser.newContext(options)).newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, requests, complaints };
}

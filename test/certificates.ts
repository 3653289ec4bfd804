import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAY_MS = 86_400_000;

/** A certificate with its key, and the files that hold them. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Throw-away certificates in a folder of their own. */
export class Certificates implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "echobench-tls-"));

  async #issue(name: string, options: Parameters<typeof generate>[1]): Promise<Identity> {
    const made = await generate([{ name: "commonName", value: name }], {
      keyType: "ec",
      algorithm: "sha256",
      ...options,
    });
    const certFile = join(this.#folder, `${name}.pem`);
    const keyFile = join(this.#folder, `${name}.key`);
    writeFileSync(certFile, made.cert);
    writeFileSync(keyFile, made.private);
    return { cert: made.cert, key: made.private, certFile, keyFile };
  }

  /** An authority of its own. */
  authority(name: string): Promise<Identity> {
    const extensions = [
      { name: "basicConstraints" as const, cA: true, critical: true },
      { name: "keyUsage" as const, keyCertSign: true, critical: true },
    ];
    return this.#issue(name, { extensions });
  }

  /** Signed by an authority, for localhost and 127.0.0.1; expired yesterday if so asked. */
  signedBy(ca: Identity, name: string, isExpired = false): Promise<Identity> {
    const endMs = Date.now() + (isExpired ? -DAY_MS : DAY_MS);
    const altNames = [
      { type: 2 as const, value: "localhost" },
      { type: 7 as const, ip: "127.0.0.1" },
    ];
    return this.#issue(name, {
      ca,
      notBeforeDate: new Date(endMs - 10 * DAY_MS),
      notAfterDate: new Date(endMs),
      extensions: [{ name: "subjectAltName", altNames }],
    });
  }

  /** Writes any other file. @returns its path */
  file(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Words that name a secret: `--admin-token`, `DB_PASSWORD`, `api-key`. */
const secretWords = String.raw`[\w-]*(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key)[\w-]*`;

/** Their value, after a space or an equals sign: quoted, or up to the next space. */
const secretValue = new RegExp(String.raw`(${secretWords}(?:\s*=\s*|:\s*|\s+))("[^"]*"|'[^']*'|[^\s"']+)`, "gi");

/** A user and password in a URL. */
const credentials = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/]+@/gi;

/** Text with `***` for the user and the password of each URL in it. */
export const withoutCredentials = (text: string): string => text.replaceAll(credentials, "$1***@");

/** A command line as others may see it: what looks like a secret in it is `***`. */
export const shownCommand = (line: string): string => withoutCredentials(line.replaceAll(secretValue, "$1***"));

/** Words that name a secret: `--admin-token`, `DB_PASSWORD`, `api-key`. */
const secretWords = String.raw`[\w-]*(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key)[\w-]*`;

/** Their value, after a space or an equals sign: quoted, or up to the next space. */
const secretValue = new RegExp(String.raw`(${secretWords}(?:\s*=\s*|:\s*|\s+))("[^"]*"|'[^']*'|[^\s"']+)`, "gi");

/** A user and password in a URL. */
const credentials = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi;

/** A command line as others may see it: what looks like a secret in it is `***`. */
export const shownCommand = (line: string): string =>
  line.replaceAll(secretValue, "$1***").replaceAll(credentials, "$1***@");

declare module "*.c" {
  const text: string;
  export default text;
}
declare module "*.go" {
  const text: string;
  export default text;
}
declare module "*.rs" {
  const text: string;
  export default text;
}
declare module "*/echo_server.mjs" {
  const text: string;
  export default text;
}

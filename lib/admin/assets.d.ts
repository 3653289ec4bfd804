declare module "*/live-base.js" {
  const text: string;
  export default text;
}

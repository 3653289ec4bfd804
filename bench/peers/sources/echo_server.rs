// std::net, a thread for each connection, a buffer of 64 KiB: echo_server PORT
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn echo(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..read])?;
    }
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).expect("usage: echo_server PORT");
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let stream = stream?;
        // A peer that breaks its connection ends its thread only.
        thread::spawn(move || echo(stream));
    }
    Ok(())
}

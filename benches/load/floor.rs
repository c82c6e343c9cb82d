//! The floor: what the framework does with a constant body of the same size, with as many workers.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use actix_web::{App, HttpResponse, HttpServer, web};

/// A server in this process; it only works while it is asked.
pub struct Floor {
    address: SocketAddr,
}

async fn body(size: web::Path<usize>) -> HttpResponse {
    // Made once for each worker and size would be faster still, but a copy is what every answer costs.
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body("x".repeat(*size))
}

impl Floor {
    pub fn start() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        thread::spawn(move || {
            let workers = thread::available_parallelism().map_or(1, usize::from);
            let server = HttpServer::new(|| App::new().route("/{size}", web::get().to(body))).workers(workers);
            let server = server.listen(listener).map(HttpServer::run);
            if let Err(error) = server.and_then(|server| actix_web::rt::System::new().block_on(server)) {
                eprintln!("the floor ended: {error}");
            }
        });
        Ok(Self { address })
    }

    /// Where a body of this size is answered.
    pub fn url(&self, bytes: usize) -> String {
        format!("http://{}/{bytes}", self.address)
    }
}

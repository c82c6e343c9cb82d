//! Registering routes, and knowing afterwards which there are: the access table of the tests must hold each.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, web};

/// Collects a domain's routes while it registers them.
pub struct Routes<'a> {
    config: &'a mut web::ServiceConfig,
    list: Vec<(Method, &'static str)>,
}

impl<'a> Routes<'a> {
    pub fn new(config: &'a mut web::ServiceConfig) -> Self {
        Self { config, list: Vec::new() }
    }

    /// A page or file. It changes nothing but the audit log.
    pub fn get<F, Args>(&mut self, path: &'static str, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.list.push((Method::GET, path));
        self.config.route(path, web::get().to(handler));
    }

    /// What a form sends.
    pub fn post<F, Args>(&mut self, path: &'static str, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.list.push((Method::POST, path));
        self.config.route(path, web::post().to(handler));
    }

    /// Every route registered so far.
    pub fn list(&self) -> &[(Method, &'static str)] {
        &self.list
    }
}

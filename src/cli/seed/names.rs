//! What made-up people are called. First names go with the years in which they were given, and with a last name of the
//! same origin; some people write theirs in another script than the Latin.

use super::rng::Rng;

/// Names that go together. Lists are separated by commas, because names can hold spaces.
struct Origin {
    /// How many in a thousand people have names like these.
    share: u32,
    /// Given before 1960, until 1989, and since.
    female: [&'static str; 3],
    male: [&'static str; 3],
    last: &'static str,
}

const ORIGINS: &[Origin] = &[
    Origin {
        share: 450,
        female: [
            "Margaret, Dorothy, Betty, Barbara, Shirley, Joan, Patricia, Carol, Judith, Beverly, Janet, Marjorie, \
             Eleanor, Frances, Rosemary, Sheila, Maureen, Norma, Edith, Sylvia, Gloria, Mary Ann, Hazel, Doris, Irene",
            "Linda, Susan, Karen, Deborah, Julie, Lisa, Jennifer, Amy, Michelle, Nicola, Tracey, Angela, Kimberly, \
             Sarah, Jessica, Amanda, Rebecca, Heather, Claire, Joanne, Katherine, Laura, Stephanie, Rachel, Wendy",
            "Emma, Olivia, Ava, Sophie, Charlotte, Amelia, Grace, Lily, Ella, Chloe, Madison, Hannah, Abigail, Zoe, \
             Poppy, Harper, Evelyn, Isla, Ruby, Megan, Freya, Scarlett, Mia, Lucy, Aaliyah",
        ],
        male: [
            "Robert, William, Donald, George, Kenneth, Harold, Raymond, Walter, Arthur, Albert, Stanley, Leonard, \
             Ronald, Ernest, Norman, Roy, Gordon, Frank, Herbert, Eugene, Alan, Derek, Clifford, Ralph, Lawrence",
            "Michael, David, James, John, Mark, Steven, Kevin, Brian, Jeffrey, Paul, Stephen, Andrew, Gary, Timothy, \
             Jason, Christopher, Matthew, Scott, Ian, Stuart, Craig, Sean, Darren, Keith, Jean-Luc",
            "Liam, Noah, Oliver, Jack, Harry, Ethan, Mason, Logan, Lucas, Jacob, Alfie, Tyler, Dylan, Owen, Caleb, \
             Joshua, Connor, Jayden, Charlie, Archie, Leo, Henry, Finley, Austin, Theo",
        ],
        last: "Smith, Johnson, Williams, Brown, Jones, Miller, Davis, Wilson, Anderson, Thomas, Taylor, Moore, \
               Jackson, Martin, Lee, Thompson, White, Harris, Clark, Lewis, Robinson, Walker, Young, Allen, King, \
               Wright, Scott, Hill, Green, Adams, Baker, Nelson, Campbell, Mitchell, Carter, Roberts, Phillips, \
               Evans, Turner, Parker, Edwards, Collins, Stewart, Morris, Murphy, Cook, Rogers, Morgan, Cooper, \
               Peterson, Reed, Bailey, Bell, Kelly, Howard, Ward, Cox, Richardson, Wood, Watson, Brooks, Bennett, \
               Gray, Hughes, Price, Long, Foster, Ross, Powell, Jenkins, Perry, Butler, Barnes, Fisher, Henderson, \
               Coleman, Simmons, Patterson, Jordan, Reynolds, Hamilton, Graham, Wallace, Cole, West, Hayes, Ellis, \
               Gibson, Marshall, Owens, Harrison, Freeman, Washington, Jefferson, O'Brien, O'Connor, O'Neill, \
               McDonald, MacLeod, McCarthy, Fitzgerald, Taylor-Jones, Smith-Baker, Carter-Hughes, Ashworth, Holloway, \
               Whitfield, Pemberton, Ainsworth, St. Clair, Doyle, Gallagher, Byrne, Quinn, Sinclair, Fraser",
    },
    Origin {
        share: 150,
        female: [
            "María Teresa, Carmen, Josefa, Dolores, Rosario, Esperanza, Guadalupe, Consuelo, Mercedes, Amparo",
            "María José, Ana, Cristina, Mónica, Patricia, Lucía, Beatriz, Verónica, Silvia, Raquel, Adriana, Leticia",
            "Sofía, Valentina, Camila, Martina, Daniela, Ximena, Paula, Noa, Gabriela, Renata, Catalina, Alba",
        ],
        male: [
            "José, Antonio, Manuel, Francisco, Juan, Jesús, Ramón, Ángel, Vicente, Rafael",
            "Carlos, Luis, Miguel Ángel, Javier, Fernando, Sergio, Alejandro, Jorge, Óscar, Raúl, Héctor, Eduardo",
            "Mateo, Santiago, Hugo, Diego, Leonardo, Sebastián, Adrián, Iker, Joaquín, Nicolás, Tomás, Emiliano",
        ],
        last: "García, Martínez, Rodríguez, López, Hernández, González, Pérez, Sánchez, Ramírez, Torres, Flores, \
               Rivera, Gómez, Díaz, Reyes, Morales, Cruz, Ortiz, Gutiérrez, Chávez, Ramos, Ruiz, Álvarez, Mendoza, \
               Vásquez, Castillo, Jiménez, Moreno, Romero, Herrera, Medina, Aguilar, Vargas, Castro, Muñoz, Núñez, \
               Peña, Ibáñez, Fernández Soto, García-Lorca, de la Cruz, Ybarra",
    },
    Origin {
        share: 80,
        female: [
            "Kamala, Lakshmi, Savitri, Sarojini, Indira, Shanta, Usha, Pushpa",
            "Sunita, Anjali, Priya, Kavita, Meena, Rekha, Deepa, Shalini, Nasreen, Farzana",
            "Aanya, Diya, Isha, Ananya, Riya, Saanvi, Myra, Zara, Aisha, Kiara",
        ],
        male: [
            "Ramesh, Suresh, Gopal, Mohan, Harish, Krishnan, Bhagwan, Iqbal",
            "Rajesh, Sanjay, Vikram, Anil, Ravi, Manoj, Deepak, Imran, Arjun, Sunil",
            "Aarav, Vihaan, Aditya, Rohan, Kabir, Ishaan, Reyansh, Dev, Zayan, Krish",
        ],
        last: "Patel, Sharma, Singh, Kumar, Gupta, Khan, Reddy, Iyer, Nair, Mehta, Shah, Joshi, Desai, Rao, Chatterjee, \
               Mukherjee, Banerjee, Das, Kapoor, Malhotra, Bhatt, Chaudhry, Hussain, Ahmed, Siddiqui, Perera, \
               Fernando, Rahman, Chowdhury, Subramanian, Venkataraman",
    },
    Origin {
        share: 70,
        female: [
            "Mei-Ling, Suk-Yin, Kazuko, Yoshiko, Thi Hoa, Soon-ja, Hsiu-Mei, Corazon",
            "Yan, Xiaohong, Li Na, Yuki, Naomi, Min-jung, Thi Lan, Hui-Ying, Maricel, Jia",
            "Yu-Xuan, Hana, Sakura, Seo-yeon, Mai, Jing, Ji-woo, Bao-Ngoc, Xin Yi, Aiko",
        ],
        male: [
            "Wing-Kee, Takeshi, Hiroshi, Van Duc, Young-ho, Kwok-Wai, Reynaldo, Guoqiang",
            "Wei, Jun, Kenji, Sung-min, Quoc Anh, Jian, Chi-Ming, Daisuke, Rodel, Lei",
            "Haoran, Ren, Min-jun, Minh, Zihan, Haruto, Do-yun, Gia Bao, Yichen, Sota",
        ],
        last: "Chen, Wang, Li, Zhang, Liu, Yang, Huang, Wu, Lin, Chan, Wong, Cheung, Kim, Park, Choi, Jung, Nguyễn, \
               Trần, Lê, Phạm, Hoàng, Tanaka, Suzuki, Sato, Watanabe, Yamamoto, Nakamura, Kobayashi, Santos, Reyes, \
               Dela Cruz, Bautista",
    },
    Origin {
        share: 60,
        female: [
            "Fatma, Khadija, Zeinab, Halima, Amina, Samira, Naima, Souad",
            "Leila, Nadia, Rania, Hanan, Yasmin, Mona, Soraya, Shirin, Dina, Ayşe",
            "Layla, Maryam, Nour, Salma, Jana, Hala, Lina, Amira, Rayan, Elif",
        ],
        male: [
            "Mahmoud, Abdullah, Ibrahim, Mustafa, Hassan, Youssef, Salim, Reza",
            "Mohamed, Ahmed, Khaled, Tariq, Karim, Omar, Samir, Bilal, Walid, Mehmet",
            "Adam, Amir, Zayn, Yahya, Ilyas, Hamza, Idris, Rayyan, Anas, Emir",
        ],
        last: "Haddad, Khoury, Mansour, Nasser, Al-Masri, El-Sayed, Abdallah, Farouk, Benali, Bouzid, Ben Youssef, \
               Yılmaz, Demir, Çelik, Şahin, Öztürk, Hosseini, Karimi, Rahimi, Najjar, Aziz, Saleh, Al-Hashimi, \
               Darwish, Kassem",
    },
    Origin {
        share: 70,
        female: [
            "Helga, Ingeborg, Françoise, Monique, Giovanna, Ursula, Astrid, Jacqueline, Odile, Renée",
            "Birgit, Sabine, Hélène, Céline, Francesca, Ingrid, Anneke, Anne-Marie, Chiara, Valérie, Maja, Kirsten",
            "Léa, Chloé, Giulia, Lena, Mila, Saga, Zoé, Noémie, Frida, Aurora, Inès, Fleur",
        ],
        male: [
            "Günther, Horst, Pierre, Jacques, Giuseppe, Sven, Willem, Jürgen, René, Gérard",
            "Stefan, Jörg, Éric, Frédéric, Marco, Lars, Jeroen, Björn, Jean-Pierre, Matteo, Anders, Rüdiger",
            "Lukas, Louis, Léo, Lorenzo, Emil, Finn, Noé, Maël, Gabriel, Oskar, Søren, Théo",
        ],
        last: "Müller, Schmidt, Schneider, Fischer, Weber, Wagner, Schäfer, Krüger, Dubois, Lefèvre, Moreau, Durand, \
               Rousseau, Mercier, Rossi, Russo, Ferrari, Esposito, Bianchi, D'Angelo, D'Amico, van der Berg, de Vries, \
               Jansen, van Dijk, Johansson, Lindström, Bergström, Hansen, Sørensen, Kjær, Bjørnstad, Hämäläinen, \
               Virtanen, Dupont-Martin, Meyer-Landrut, L'Hermite, Grünwald",
    },
    Origin {
        share: 50,
        female: [
            "Halina, Krystyna, Ludmila, Valentina, Galina, Danuta, Jadwiga, Olena",
            "Agnieszka, Małgorzata, Irina, Svetlana, Tatiana, Natalia, Jana, Oksana, Ewa, Zdeňka",
            "Zofia, Maja, Anastasia, Polina, Hanna, Oliwia, Eliška, Nela, Julija, Daria",
        ],
        male: [
            "Stanisław, Zbigniew, Vladimir, Boris, Jaroslav, Kazimierz, Nikolai, Bohdan",
            "Piotr, Tomasz, Andrzej, Sergei, Dmitri, Oleksandr, Łukasz, Milan, Radek, Zoran",
            "Jakub, Filip, Maksym, Artem, Antoni, Matěj, Luka, Ivan, Szymon, Tymofiy",
        ],
        last: "Nowak, Kowalski, Wiśniewski, Wójcik, Kamiński, Zieliński, Szymański, Dvořák, Novák, Černý, Horváth, \
               Kovács, Nagy, Szabó, Petrov, Ivanov, Volkov, Shevchenko, Kovalenko, Bondarenko, Jovanović, Petrović, \
               Marković, Popescu, Ionescu, Łuczak, Żak",
    },
    Origin {
        share: 50,
        female: [
            "Ngozi, Abena, Wanjiru, Folasade, Nomvula, Adwoa, Mariama, Tsehay",
            "Chioma, Akosua, Amara, Aminata, Thandiwe, Fatou, Yetunde, Hawa, Zanele, Makeda",
            "Adaeze, Ama, Imani, Nia, Zuri, Temperance, Ayana, Lerato, Eshe, Kehinde",
        ],
        male: [
            "Kwame, Emeka, Kofi, Sipho, Olusegun, Mwangi, Mamadou, Haile",
            "Chinedu, Tunde, Kwabena, Ousmane, Themba, Babajide, Ibrahima, Dawit, Obinna, Musa",
            "Chidi, Malik, Kwasi, Tendai, Amadou, Ayo, Jabari, Thabo, Zola, Nnamdi",
        ],
        last: "Okafor, Adeyemi, Okonkwo, Mensah, Owusu, Boateng, Diallo, Traoré, Ndiaye, Mbeki, Dlamini, Nkosi, Kamau, \
               Otieno, Mwangi, Abebe, Tesfaye, Bekele, N'Diaye, N'Golo, Achebe, Balogun, Eze, Sow, Koné, Asante",
    },
    Origin {
        share: 6,
        female: ["秀英, 桂英, 玉兰", "丽, 娜, 静, 敏", "欣怡, 梓涵, 雨桐"],
        male: ["建国, 国强, 德明", "伟, 强, 磊, 军", "浩然, 子轩, 宇航"],
        last: "王, 李, 张, 刘, 陈, 杨, 欧阳",
    },
    Origin {
        share: 2,
        female: ["和子, 幸子", "恵子, 由美子", "陽菜, 結衣"],
        male: ["清, 茂", "健一, 誠", "蓮, 大翔"],
        last: "佐藤, 鈴木, 高橋, 田中",
    },
    Origin {
        share: 6,
        female: ["Мария, Галина, Раиса", "Елена, Ольга, Ирина", "София, Алиса, Полина"],
        male: ["Владимир, Николай, Борис", "Сергей, Алексей, Андрей", "Максим, Артём, Илья"],
        last: "Шевченко, Бондаренко, Левченко, Коваленко, Ткаченко, Мельник",
    },
    Origin {
        share: 4,
        female: ["فاطمة, خديجة", "ليلى, سميرة", "مريم, نور"],
        male: ["محمود, إبراهيم", "أحمد, خالد", "يوسف, آدم"],
        last: "حداد, منصور, خوري, نجار",
    },
    Origin {
        share: 2,
        female: ["Ελένη, Βασιλική", "Μαρία, Κατερίνα", "Ιωάννα, Δανάη"],
        male: ["Γεώργιος, Δημήτριος", "Νίκος, Γιάννης", "Οδυσσέας, Άγγελος"],
        last: "Παπαδάκη, Νικολάου, Αντωνίου",
    },
];

const STREETS: &str = "Larkspur Lane, Quarry Bank Road, Old Tannery Street, Harbour Steps, Millrace Avenue, Copperbeech \
                       Drive, Saint Odile's Row, Windmill Rise, Fennel Court, Juniper Terrace, Lantern Street, Orchard \
                       Way, Riverside Walk, Beacon Hill, Ropemaker's Yard, Thistledown Close, Cloister Gardens, Ferry \
                       Road, Kestrel Crescent, Market Place, Northgate, Elm Grove, Weaver's Passage, Poplar Avenue, \
                       Chestnut Walk, Gullwing Drive, Sandpiper Street, Amberley Road, Foundry Lane, Meadowsweet Close";

const TOWNS: &str = "Riverside, Riverside, Riverside, Riverside, Upper Riverside, Millbrook, Eastwater, Thornbury Cross, \
                     Saltmarsh, Kingsford, Alderholt, Brackenfield, Little Wenning, Stonebridge, Port Amery";

/// The lists, cut into names.
pub(super) struct Names {
    origins: Vec<Cut>,
    streets: Vec<&'static str>,
    towns: Vec<&'static str>,
}

struct Cut {
    share: u32,
    female: [Vec<&'static str>; 3],
    male: [Vec<&'static str>; 3],
    last: Vec<&'static str>,
}

impl Names {
    pub fn load() -> Self {
        let cut = |list: &'static str| list.split(", ").collect::<Vec<_>>();
        let origins = ORIGINS
            .iter()
            .map(|o| Cut { share: o.share, female: o.female.map(cut), male: o.male.map(cut), last: cut(o.last) })
            .collect();
        Self { origins, streets: cut(STREETS), towns: cut(TOWNS) }
    }

    /// The origin of a person's names, to be given to the others.
    pub fn origin(&self, rng: &mut Rng) -> usize {
        rng.weighted(self.origins.iter().map(|o| o.share))
    }

    /// A first name as it was given around that year; now and then one of the generation before or after.
    pub fn first(&self, rng: &mut Rng, origin: usize, is_female: bool, born: i32) -> &'static str {
        let era: usize = match born {
            ..1960 => 0,
            1960..1990 => 1,
            _ => 2,
        };
        let era = match rng.below(10) {
            0 => era.saturating_sub(1),
            1 => (era + 1).min(2),
            _ => era,
        };
        let origin = &self.origins[origin];
        let lists = if is_female { &origin.female } else { &origin.male };
        // The first of a list are the common ones: of two draws the smaller counts, twice of three times.
        let list = &lists[era];
        let at = if rng.percent(60) { rng.index(list.len()).min(rng.index(list.len())) } else { rng.index(list.len()) };
        list[at]
    }

    /// A family's name.
    pub fn last(&self, rng: &mut Rng, origin: usize) -> &'static str {
        let list = &self.origins[origin].last;
        let at = if rng.percent(60) { rng.index(list.len()).min(rng.index(list.len())) } else { rng.index(list.len()) };
        list[at]
    }

    /// A street, a house and a town that do not exist.
    pub fn address(&self, rng: &mut Rng) -> String {
        let (house, street, town) = (rng.range(1, 180), *rng.pick(&self.streets), *rng.pick(&self.towns));
        match rng.below(6) {
            0 => format!("Flat {}, {house} {street}, {town}", rng.range(1, 24)),
            _ => format!("{house} {street}, {town}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Names, ORIGINS};

    #[test]
    fn there_are_names_enough_for_a_town_and_every_list_is_clean() {
        let names = Names::load();
        let all = |lists: &dyn Fn(&super::Cut) -> Vec<&'static str>| {
            names.origins.iter().flat_map(lists).collect::<HashSet<&str>>()
        };
        assert!(all(&|o| o.female.concat()).len() >= 150);
        assert!(all(&|o| o.male.concat()).len() >= 150);
        assert!(all(&|o| o.last.clone()).len() >= 300);
        assert_eq!(ORIGINS.iter().map(|o| o.share).sum::<u32>(), 1000);
        for name in all(&|o| [o.female.concat(), o.male.concat(), o.last.clone()].concat()) {
            assert!(!name.is_empty() && name == name.trim() && !name.contains("  "), "{name:?}");
        }
    }
}
